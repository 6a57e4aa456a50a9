package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A Lua file that Redis runs as one atomic step. */
public final class Script {

    /** So often it is sent whole: its digest needs the security providers, which are a tenth of a worker's start. */
    private static final int SENT_WHOLE = 3;

    private final Class<?> owner;
    private final String name;
    private final AtomicInteger uses = new AtomicInteger();
    private byte @Nullable [] text; // guarded by this
    private byte @Nullable [] sha1; // guarded by this

    private Script(Class<?> owner, String name) {
        this.owner = owner;
        this.name = name;
    }

    /** The text of {@code name.lua} from beside {@code owner}, behind that of the {@code prelude.lua} there, read when it is first used. */
    public static Script load(Class<?> owner, String name) {
        return new Script(owner, name);
    }

    /** Whether it is worth its digest: most processes run most scripts never or a few times. */
    boolean isUsedOften() {
        return uses.get() >= SENT_WHOLE || uses.incrementAndGet() > SENT_WHOLE;
    }

    synchronized byte[] text() {
        var known = text;
        if (known == null) {
            known = (new String(read("prelude"), UTF_8) + new String(read(name), UTF_8)).getBytes(UTF_8);
            text = known;
        }
        return known;
    }

    private byte[] read(String name) {
        try (var in = owner.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("no " + name + ".lua beside " + owner.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized byte[] sha1() {
        var known = sha1;
        if (known == null) {
            known = HexFormat.of().formatHex(digest(text())).getBytes(UTF_8);
            sha1 = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return name + ".lua";
    }

    /** The type that its header says its {@code number}th key has, from 1; empty if it does not say. */
    Optional<String> typeOfKey(int number) {
        var line = Pattern.compile("(?m)^-- KEYS\\[" + number + "] +\\S+ +(list|zset|hash|string|set|stream)\\b")
                .matcher(new String(text(), UTF_8));
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }

    private static byte[] digest(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
