package dev.weirpool.queue.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Loads our classes once more, so that the broker among them finds one of its scripts changed.
 *
 * <p>Everything else, the JDK and the libraries, is shared with the test.
 */
final class MutantLoader extends ClassLoader {
    private static final String OURS = "dev.weirpool.";

    private final String script;
    private final String text;

    /** @param text to be found instead of that of {@code script} */
    MutantLoader(String script, String text) {
        super(MutantLoader.class.getClassLoader());
        this.script = "dev/weirpool/queue/protocol/" + script + ".lua";
        this.text = text;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var loaded = name.startsWith(OURS) ? findLoadedClass(name) : null;
            if (loaded != null) {
                return loaded;
            }
            return name.startsWith(OURS) ? findClass(name) : super.loadClass(name, resolve);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try (var in = super.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            var bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        return name.equals(script) ? new ByteArrayInputStream(text.getBytes(UTF_8)) : super.getResourceAsStream(name);
    }
}
