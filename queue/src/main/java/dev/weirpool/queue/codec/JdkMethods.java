package dev.weirpool.queue.codec;

import java.util.Set;

/**
 * The methods of the JDK that bytes may name: those of classes that only compute. None of them opens a file or connection, starts a
 * process or thread, loads a class, or reads what this process knows of its surroundings.
 */
final class JdkMethods {
    private static final Set<String> LANG = Set.of(
            "Object",
            "String",
            "CharSequence",
            "StringBuilder",
            "StringBuffer",
            "Number",
            "Boolean",
            "Byte",
            "Short",
            "Character",
            "Integer",
            "Long",
            "Float",
            "Double",
            "Math",
            "StrictMath",
            "Comparable",
            "Iterable",
            "Enum",
            "Record",
            "Runnable");

    private static final Set<String> UTIL = Set.of(
            "AbstractCollection",
            "AbstractList",
            "AbstractMap",
            "AbstractSet",
            "ArrayDeque",
            "ArrayList",
            "Arrays",
            "BitSet",
            "Collection",
            "Collections",
            "Comparator",
            "Deque",
            "HashMap",
            "HashSet",
            "Iterator",
            "LinkedHashMap",
            "LinkedHashSet",
            "LinkedList",
            "List",
            "Map",
            "Map$Entry",
            "NavigableMap",
            "NavigableSet",
            "Objects",
            "Optional",
            "OptionalDouble",
            "OptionalInt",
            "OptionalLong",
            "PriorityQueue",
            "Queue",
            "Set",
            "SortedMap",
            "SortedSet",
            "TreeMap",
            "TreeSet",
            "UUID",
            "concurrent.Callable",
            "concurrent.TimeUnit");

    private static final Set<String> TIME = Set.of(
            "DayOfWeek",
            "Duration",
            "Instant",
            "LocalDate",
            "LocalDateTime",
            "LocalTime",
            "Month",
            "MonthDay",
            "OffsetDateTime",
            "OffsetTime",
            "Period",
            "Year",
            "YearMonth",
            "ZoneOffset",
            "ZonedDateTime",
            "temporal.ChronoUnit");

    private static final Set<String> OTHERS = Set.of(
            "java.math.BigDecimal",
            "java.math.BigInteger",
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong");

    /** They read system properties, or wait for ever. */
    private static final Set<String> NOT_THESE =
            Set.of("getBoolean", "getInteger", "getLong", "getClass", "wait", "notify", "notifyAll", "intern");

    private static final Set<String> AND_THESE =
            Set.of("java.lang.System::currentTimeMillis", "java.lang.System::nanoTime", "java.lang.Thread::sleep");

    private JdkMethods() {}

    static boolean mayBeCalled(String className, String methodName) {
        if (!className.startsWith("java.")) { // as nearly all are, and this is asked for each task
            return false;
        }
        return isOfClassThatComputes(className)
                ? !NOT_THESE.contains(methodName)
                : AND_THESE.contains(className + "::" + methodName);
    }

    private static boolean isOfClassThatComputes(String name) {
        return isIn("java.lang.", LANG, name)
                || isIn("java.util.", UTIL, name)
                || isIn("java.time.", TIME, name)
                || isFunction(name)
                || OTHERS.contains(name);
    }

    private static boolean isIn(String prefix, Set<String> names, String name) {
        return name.startsWith(prefix) && names.contains(name.substring(prefix.length()));
    }

    /** Is it one of the JDK's interfaces for functions? */
    static boolean isFunction(String name) {
        return (name.startsWith("java.util.function.") && ClassNames.isName(name))
                || name.equals("java.lang.Runnable")
                || name.equals("java.util.concurrent.Callable")
                || name.equals("java.util.Comparator");
    }
}
