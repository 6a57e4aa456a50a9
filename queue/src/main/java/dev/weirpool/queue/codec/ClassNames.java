package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** Decides which classes may be named in a message, and looks them up. The one place where a name becomes a class. */
final class ClassNames {
    private static final int LONGEST = 1000;
    private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

    private ClassNames() {}

    /**
     * May a message name this class? Asked before the class is looked up, so that a name in a hostile message has no
     * effect. Everything but the JDK is let in today; an allow-list belongs here.
     */
    static boolean allowed(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST
                && name.charAt(0) != '['
                && !name.startsWith("java.")
                && !name.startsWith("javax.")
                && !name.startsWith("jdk.")
                && !name.startsWith("sun.")
                && !name.startsWith("com.sun.");
    }

    /** Is it one of the JDK's own classes, by name or because the JDK's loaders define it? */
    static boolean isJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == PLATFORM || !allowed(type.getName());
    }

    /** Refuses a class that the reader would not let in. */
    static void check(Class<?> type) {
        if (isJdk(type)) {
            throw Refusal.of(type, Remedy.of(type));
        }
    }

    /** Finds a class without initializing it; null if there is none. */
    static @Nullable Class<?> find(String name, ClassLoader loader) {
        if (!allowed(name)) {
            throw new DecodingException("a " + name + " cannot travel, but the message contains one");
        }
        try {
            Class<?> type = Class.forName(name, false, loader);
            if (isJdk(type)) {
                throw new DecodingException("a " + name + " cannot travel, but the message contains one");
            }
            return type;
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** The thread's context class loader, else our own. */
    static ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : ClassNames.class.getClassLoader();
    }
}
