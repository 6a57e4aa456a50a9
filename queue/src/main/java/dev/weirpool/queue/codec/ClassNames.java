package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** Tells the JDK's classes from others, and looks classes up. The one place where a name becomes a class. */
final class ClassNames {
    private static final int LONGEST = 1000;
    private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

    private ClassNames() {}

    /** May a message name such a class, if it is on the list? Then it has the form of a name, and is not the JDK's. */
    static boolean allowed(String name) {
        return !isOfJdk(name) && isName(name);
    }

    static boolean isOfJdk(String name) {
        return name.startsWith("java.")
                || name.startsWith("javax.")
                || name.startsWith("jdk.")
                || name.startsWith("sun.")
                || name.startsWith("com.sun.");
    }

    /** Could it be the name of a class? Else it is not even made into the name of a file. */
    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > LONGEST) {
            return false;
        }
        var last = '.';
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            // a hyphen is in names that Kotlin makes
            if (c == '.' ? last == '.' : !Character.isJavaIdentifierPart(c) && c != '-') {
                return false;
            }
            last = c;
        }
        return last != '.';
    }

    /** Is it one of the JDK's own classes, by name or because the JDK's loaders define it? */
    static boolean isJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == PLATFORM || isOfJdk(type.getName());
    }

    /** Finds a class without initializing it; null if there is none. */
    static @Nullable Class<?> find(String name, ClassLoader loader, AllowList allowed) {
        if (!allowed.allows(name, loader)) {
            if (isName(name) && !allowed.isThere(name, loader)) {
                return null;
            }
            throw new DecodingException(allowed.refusal(name));
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
