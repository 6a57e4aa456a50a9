package dev.weirpool.queue.codec;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** One build of an application, made of source text at run time: two of them may hold different versions of a class. */
final class Build extends ClassLoader {
    private final Map<String, byte[]> classes = new HashMap<>();

    private Build() {
        super(Build.class.getClassLoader());
    }

    /** Compiles sources, each of which declares one top-level class {@code app.X}. */
    static Build of(String... sources) {
        Build build = new Build();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Source> units = java.util.Arrays.stream(sources).map(Source::new).toList();
        StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
        if (!compiler.getTask(null, build.new Files(standard), null, List.of("-proc:none"), null, units)
                .call()) {
            throw new AssertionError("does not compile");
        }
        return build;
    }

    /** Calls a static method without parameters. */
    Object call(String className, String method) throws ReflectiveOperationException {
        var found = loadClass(className).getDeclaredMethod(method);
        found.setAccessible(true);
        return found.invoke(null);
    }

    /** Decodes with this build as the context class loader, as a worker does. */
    Object decode(byte[] bytes) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(this);
        try {
            return new Codec(AllowList.of(List.of("app."))).decode(bytes);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///app/" + nameIn(text) + ".java"), Kind.SOURCE);
            this.text = text;
        }

        private static String nameIn(String text) {
            var matcher = java.util.regex.Pattern.compile("(?:class|record|enum) (\\w+)")
                    .matcher(text);
            return matcher.find() ? matcher.group(1) : "Unnamed";
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return "package app;\nimport java.util.*;\n" + text;
        }
    }

    private final class Files extends ForwardingJavaFileManager<JavaFileManager> {
        Files(JavaFileManager manager) {
            super(manager);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.put(className, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
