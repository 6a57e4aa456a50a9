package dev.weirpool.queue.codec;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which classes bytes out of Redis may name, and whose methods a task may be. Whatever is not on it is refused before it is looked for.
 *
 * <p>An entry is a package with all below it ({@code com.acme.}), a class ({@code com.acme.Order}), a jar
 * ({@code lib/acme-model.jar}), or {@value #DIRECTORIES} for whatever lies on the class path as class files in a directory. The everyday
 * types of the JDK need no entry, and no other class of the JDK can have one. Immutable but for what it remembers; safe for use by
 * many threads.
 */
public final class AllowList {
    /** The entry for class files in directories, which are somebody's own: libraries come as jars. */
    public static final String DIRECTORIES = "file:";

    private static final String SETTING = "weirpool.allow";
    private static final String VARIABLE = "WEIRPOOL_ALLOW";
    private static final String REMEDY =
            "allow it by its package or jar: PoolOptions.withAllow, --allow or WEIRPOOL_ALLOW";

    /** What Weirpool's own messages hold; data, all of it. */
    private static final Set<String> OURS = Set.of(
            "dev.weirpool.queue.Failure",
            "dev.weirpool.queue.Failure$Frame",
            "dev.weirpool.queue.SharedQueue$Reference",
            "dev.weirpool.queue.TaskId",
            "dev.weirpool.queue.TaskOptions",
            "dev.weirpool.queue.Task",
            "dev.weirpool.queue.Task$Kind",
            "dev.weirpool.queue.RedisOptions",
            "dev.weirpool.queue.Progress");

    /** Null as long as nobody has asked for what is this program's own: to find that out takes its time. */
    private volatile @Nullable Entries entries;
    /** The names that were found allowed by where they are; as many as there are such classes at most. */
    private volatile @Nullable Known known;

    private record Known(WeakReference<ClassLoader> loader, Set<String> names) {}

    /*
     * No streams nor lambdas, as every process that has a task to send or to run comes by here when it starts.
     */

    private AllowList(@Nullable Entries entries) {
        this.entries = entries;
    }

    /**
     * Just these.
     *
     * @throws IllegalArgumentException if one of them is neither a package, nor a class, nor a jar
     */
    public static AllowList of(List<String> entries) {
        return new AllowList(Entries.of(entries));
    }

    /** What is this program's own: see {@link #entriesFor}. */
    public static AllowList ofProgram() {
        return new AllowList((Entries) null);
    }

    private Entries entries() {
        var read = entries;
        if (read == null) {
            read = Entries.of(entriesFor(programPath()));
            entries = read;
        }
        return read;
    }

    /**
     * The entries for processes with this class path: those of {@code weirpool.allow} or {@code WEIRPOOL_ALLOW}, else what can be told to
     * be the user's own.
     *
     * <p>On the class path of this program that is whatever lies in directories, and the jar of its main class: all other jars are taken for
     * libraries. On another it is whatever lies in directories, and the jars that are named; those that only a wildcard stands for
     * ({@code lib/*}) are taken for libraries, unless there are no others.
     */
    public static List<String> entriesFor(String classPath) {
        var property = System.getProperty(SETTING);
        var given = split(property != null ? property : System.getenv().getOrDefault(VARIABLE, ""));
        if (!given.isEmpty()) {
            return given;
        }
        var found = new LinkedHashSet<>(List.of(DIRECTORIES));
        var parts = classPath.split(File.pathSeparator, -1);
        if (classPath.equals(programPath()) && parts.length > 1) {
            var main = System.getProperty("sun.java.command", "").split(" ", 2)[0];
            var jar = jarOf(ClassLoader.getSystemResource(resourceOf(main.substring(main.indexOf('/') + 1))));
            if (jar != null) {
                found.add(jar.toString());
            }
            return List.copyOf(found);
        }
        for (var part : parts) {
            if (!part.endsWith("*") && new File(part).isFile()) {
                found.add(asPlace(part));
            }
        }
        for (var i = 0; i < parts.length && found.size() == 1; i++) {
            addJars(parts[i], found);
        }
        return List.copyOf(found);
    }

    /** The jars that a wildcard of a class path stands for. */
    private static void addJars(String part, Set<String> found) {
        if (part.equals("*") || part.endsWith("/*") || part.endsWith(File.separator + "*")) {
            var files = new File(part.equals("*") ? "." : part.substring(0, part.length() - 1)).listFiles();
            for (var file : files == null ? new File[0] : files) {
                if (file.getName().endsWith(".jar") || file.getName().endsWith(".JAR")) {
                    found.add(asPlace(file.getPath()));
                }
            }
        }
    }

    /** The entries in a text, with commas between them. */
    public static List<String> split(String text) {
        var entries = new ArrayList<String>();
        for (var entry : text.split(",", -1)) {
            if (!entry.isBlank()) {
                entries.add(entry.strip());
            }
        }
        return entries;
    }

    private static String programPath() {
        return System.getProperty("java.class.path", "");
    }

    private static boolean isPlace(String entry) {
        return entry.equals(DIRECTORIES)
                || entry.indexOf('/') >= 0
                || entry.indexOf('\\') >= 0
                || entry.endsWith(".jar");
    }

    /** A file name by itself, so written that it is not taken for a package. */
    private static String asPlace(String path) {
        return isPlace(path) ? path : "./" + path;
    }

    /** Entries by their kind. */
    private record Entries(List<String> all, List<String> names, List<String> jars, boolean directories) {

        static Entries of(List<String> all) {
            var names = new ArrayList<String>();
            var jars = new ArrayList<String>();
            for (var entry : all) {
                if (!isPlace(entry)) {
                    names.add(checkedName(entry));
                } else if (!entry.equals(DIRECTORIES)) {
                    jars.add(entry);
                }
            }
            return new Entries(List.copyOf(all), names, jars, all.contains(DIRECTORIES));
        }

        /** The name without what people write behind a package. */
        private static String checkedName(String entry) {
            var end = entry.length();
            while (end > 0 && (entry.charAt(end - 1) == '*' || entry.charAt(end - 1) == '.')) {
                end--;
            }
            var name = entry.substring(0, end);
            if (!ClassNames.isName(name)) {
                throw new IllegalArgumentException("cannot allow '" + entry
                        + "'; write a package (com.acme.), a class (com.acme.Order) or a jar (lib/acme-model.jar)");
            }
            if (ClassNames.isOfJdk(name + ".")) {
                throw new IllegalArgumentException(
                        "cannot allow '" + entry
                                + "': the everyday types of Java travel as they are, and no others; call what you need from a method of your own");
            }
            return name;
        }

        boolean hasName(String name) {
            for (var each : names) {
                if (name.startsWith(each)
                        && (name.length() == each.length()
                                || name.charAt(each.length()) == '.'
                                || name.charAt(each.length()) == '$')) {
                    return true;
                }
            }
            return false;
        }

        boolean hasJar(Path jar) {
            var real = real(jar);
            for (var each : jars) {
                if (real(Path.of(each)).equals(real)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return String.join(", ", all);
        }
    }

    /**
     * May bytes name this class?
     *
     * @param loader where it would be looked for; nothing is loaded
     */
    public boolean allows(String name, @Nullable ClassLoader loader) {
        if (!ClassNames.allowed(name)) {
            return false;
        }
        if (OURS.contains(name)) {
            return true;
        }
        var all = entries();
        return all.hasName(name)
                || ((all.directories || !all.jars.isEmpty()) && loader != null && isInPlace(name, loader));
    }

    private boolean isInPlace(String name, ClassLoader loader) {
        var found = known;
        if (found == null || found.loader.get() != loader) {
            found = new Known(new WeakReference<>(loader), ConcurrentHashMap.newKeySet());
            known = found;
        }
        if (found.names.contains(name)) {
            return true;
        }
        var resource = loader.getResource(resourceOf(name));
        if (resource == null || !isInPlace(resource)) {
            return false;
        }
        found.names.add(name);
        return true;
    }

    private boolean isInPlace(URL resource) {
        if (resource.getProtocol().equals("file")) {
            return entries().directories;
        }
        var jar = jarOf(resource);
        return jar != null && entries().hasJar(jar);
    }

    /** May a task be this method, or a method reference in a message point at it? What it is found to be is for {@link #allows} to say. */
    public boolean allowsCall(String className, String methodName, @Nullable ClassLoader loader) {
        return JdkMethods.mayBeCalled(className, methodName) || allows(className, loader);
    }

    /** Is there such a class, allowed or not? Nothing is loaded; of those of the JDK none is looked for. */
    public boolean isThere(String name, ClassLoader loader) {
        return ClassNames.isOfJdk(name) || (ClassNames.isName(name) && loader.getResource(resourceOf(name)) != null);
    }

    /** May a message hold a lambda for this interface? */
    boolean allowsFunction(String name, @Nullable ClassLoader loader) {
        return JdkMethods.isFunction(name) || name.startsWith("dev.weirpool.queue.Task$") || allows(name, loader);
    }

    /**
     * May an exception of this class be made again from what is known of it? Such a one of the JDK or of ours by its name, as those only hold data.
     */
    public boolean allowsException(String name, @Nullable ClassLoader loader) {
        var isKnown = (name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("dev.weirpool."))
                && ClassNames.isName(name)
                && (name.endsWith("Exception") || name.endsWith("Error") || name.equals("java.lang.Throwable"));
        return isKnown || allows(name, loader);
    }

    /** What to say of a class that was named and is not allowed. */
    public String refusal(String name) {
        return ClassNames.allowed(name)
                ? "a " + name
                        + " is named in the message, but is not among the classes that this process takes from Redis ("
                        + entries() + "); if it is meant to travel, " + REMEDY
                : "a " + shown(name) + " cannot travel, but the message contains one";
    }

    /** What to say of a method that was to be called and is not allowed. */
    public String callRefusal(String className, String methodName) {
        var method = shown(className) + "::" + shown(methodName);
        return ClassNames.isOfJdk(className)
                ? method + " cannot be called by name; write a method of your own that calls it"
                : method + " is not among the methods that this process lets tasks call (" + entries()
                        + "); if it is meant to be, " + REMEDY;
    }

    /** What to do about a class that is not allowed to travel from here. */
    String remedy(Class<?> type) {
        var loader = type.getClassLoader();
        var jar = loader == null ? null : jarOf(loader.getResource(resourceOf(type.getName())));
        return "it is not among the program's own classes" + (jar == null ? "" : ", but in " + jar.getFileName()) + ": "
                + REMEDY;
    }

    private static String shown(String name) {
        return name.length() <= 200 ? name : name.substring(0, 200) + "...";
    }

    private static String resourceOf(String className) {
        return className.replace('.', '/') + ".class";
    }

    private static @Nullable Path jarOf(@Nullable URL resource) {
        var text = resource == null ? "" : resource.toString();
        var end = text.indexOf("!/");
        if (!text.startsWith("jar:file:") || end < 0) {
            return null;
        }
        try {
            return Path.of(URI.create(text.substring("jar:".length(), end)));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            return null;
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize(); // there is no such file now
        }
    }

    @Override
    public String toString() {
        return entries().toString();
    }
}
