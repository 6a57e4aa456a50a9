package dev.weirpool.queue.codec;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a value begins with: the number that says how to read the rest.
 *
 * <p>A message is one format byte and one value. A value is a tag, as a varint, and a content:
 *
 * <pre>
 * NULL
 * REFERENCE  number of an object met earlier in this message
 * OBJECT     class mention, description of its fields when it is the first of its class, values of the fields
 * ARRAY      type of the elements, count, elements
 * ENUM       type, name of the constant
 * others     a content of their own, see the form of their family
 *
 * type          := tag of a JDK type | OBJECT class mention | ARRAY type
 * class mention := 0 name, the first time | number of the class in this message, plus 1
 * </pre>
 *
 * <p>The numbers are the registry of JDK types: they are in every message that waits in Redis, so they are never
 * changed or used again, and new ones are appended. Classes of the application travel by name.
 *
 * <p>Types are named, not mentioned as class literals: looking up one of them must not load a hundred others.
 */
enum Tag {
    NULL(0, Family.NONE, null),
    REFERENCE(1, Family.NONE, null),
    OBJECT(2, Family.APPLICATION, null),
    ARRAY(3, Family.ARRAY, null),
    ENUM(4, Family.ENUM, null),
    LAMBDA(5, Family.LAMBDA, null),
    SURROGATE(6, Family.SURROGATE, null),
    STRING(7, Family.NONE, null),
    BOOLEAN(8, Family.SCALAR, "java.lang.Boolean"),
    INTEGER(9, Family.SCALAR, "java.lang.Integer"),
    LONG(10, Family.SCALAR, "java.lang.Long"),
    DOUBLE(11, Family.SCALAR, "java.lang.Double"),
    FLOAT(12, Family.SCALAR, "java.lang.Float"),
    SHORT(13, Family.SCALAR, "java.lang.Short"),
    BYTE(14, Family.SCALAR, "java.lang.Byte"),
    CHARACTER(15, Family.SCALAR, "java.lang.Character"),
    LONG_STRING(16, Family.TEXT, "java.lang.String"),
    OBJECTS(17, Family.OBJECTS, "[Ljava.lang.Object;"),
    STRINGS(18, Family.OBJECTS, "[Ljava.lang.String;"),
    BYTES(19, Family.PRIMITIVES, "[B"),
    INTS(20, Family.PRIMITIVES, "[I"),
    LONGS(21, Family.PRIMITIVES, "[J"),
    DOUBLES(22, Family.PRIMITIVES, "[D"),
    FLOATS(23, Family.PRIMITIVES, "[F"),
    SHORTS(24, Family.PRIMITIVES, "[S"),
    CHARS(25, Family.PRIMITIVES, "[C"),
    BOOLEANS(26, Family.PRIMITIVES, "[Z"),
    PLAIN_OBJECT(27, Family.TEXT, "java.lang.Object"),
    STRING_BUILDER(28, Family.TEXT, "java.lang.StringBuilder"),
    STRING_BUFFER(29, Family.TEXT, "java.lang.StringBuffer"),
    ARRAY_LIST(30, Family.COLLECTION, "java.util.ArrayList"),
    LINKED_LIST(31, Family.COLLECTION, "java.util.LinkedList"),
    ARRAY_DEQUE(32, Family.COLLECTION, "java.util.ArrayDeque"),
    HASH_SET(33, Family.COLLECTION, "java.util.HashSet"),
    LINKED_HASH_SET(34, Family.COLLECTION, "java.util.LinkedHashSet"),
    VECTOR(35, Family.COLLECTION, "java.util.Vector"),
    STACK(36, Family.COLLECTION, "java.util.Stack"),
    COPY_ON_WRITE_LIST(37, Family.COLLECTION, "java.util.concurrent.CopyOnWriteArrayList"),
    COPY_ON_WRITE_SET(38, Family.COLLECTION, "java.util.concurrent.CopyOnWriteArraySet"),
    CONCURRENT_QUEUE(39, Family.COLLECTION, "java.util.concurrent.ConcurrentLinkedQueue"),
    CONCURRENT_DEQUE(40, Family.COLLECTION, "java.util.concurrent.ConcurrentLinkedDeque"),
    CONCURRENT_SET(41, Family.COLLECTION, "java.util.concurrent.ConcurrentHashMap$KeySetView"),
    SYNCHRONIZED_COLLECTION(42, Family.COLLECTION, null),
    SYNCHRONIZED_LIST(43, Family.COLLECTION, null),
    SYNCHRONIZED_SET(44, Family.COLLECTION, null),
    TREE_SET(45, Family.SORTED, "java.util.TreeSet"),
    SKIP_LIST_SET(46, Family.SORTED, "java.util.concurrent.ConcurrentSkipListSet"),
    PRIORITY_QUEUE(47, Family.SORTED, "java.util.PriorityQueue"),
    UNMODIFIABLE_SORTED_SET(48, Family.SORTED, null),
    SYNCHRONIZED_SORTED_SET(49, Family.SORTED, null),
    IMMUTABLE_LIST(50, Family.FIXED, null),
    IMMUTABLE_SET(51, Family.FIXED, null),
    UNMODIFIABLE_COLLECTION(52, Family.FIXED, null),
    UNMODIFIABLE_LIST(53, Family.FIXED, null),
    UNMODIFIABLE_SET(54, Family.FIXED, null),
    EMPTY_LIST(55, Family.FIXED, "java.util.Collections$EmptyList"),
    EMPTY_SET(56, Family.FIXED, "java.util.Collections$EmptySet"),
    SINGLETON_LIST(57, Family.FIXED, "java.util.Collections$SingletonList"),
    SINGLETON_SET(58, Family.FIXED, "java.util.Collections$SingletonSet"),
    COPIES(59, Family.FIXED, "java.util.Collections$CopiesList"),
    ARRAYS_AS_LIST(60, Family.OBJECTS, "java.util.Arrays$ArrayList"),
    HASH_MAP(61, Family.MAP, "java.util.HashMap"),
    LINKED_HASH_MAP(62, Family.MAP, "java.util.LinkedHashMap"),
    CONCURRENT_HASH_MAP(63, Family.MAP, "java.util.concurrent.ConcurrentHashMap"),
    HASHTABLE(64, Family.MAP, "java.util.Hashtable"),
    PROPERTIES(65, Family.MAP, "java.util.Properties"),
    SYNCHRONIZED_MAP(66, Family.MAP, null),
    TREE_MAP(67, Family.SORTED_MAP, "java.util.TreeMap"),
    SKIP_LIST_MAP(68, Family.SORTED_MAP, "java.util.concurrent.ConcurrentSkipListMap"),
    UNMODIFIABLE_SORTED_MAP(69, Family.SORTED_MAP, null),
    SYNCHRONIZED_SORTED_MAP(70, Family.SORTED_MAP, null),
    IMMUTABLE_MAP(71, Family.FIXED_MAP, null),
    UNMODIFIABLE_MAP(72, Family.FIXED_MAP, null),
    EMPTY_MAP(73, Family.FIXED_MAP, "java.util.Collections$EmptyMap"),
    SINGLETON_MAP(74, Family.FIXED_MAP, "java.util.Collections$SingletonMap"),
    ENTRY(75, Family.PAIR, "java.util.KeyValueHolder"),
    SIMPLE_ENTRY(76, Family.PAIR, "java.util.AbstractMap$SimpleEntry"),
    IMMUTABLE_ENTRY(77, Family.PAIR, "java.util.AbstractMap$SimpleImmutableEntry"),
    OPTIONAL(78, Family.PAIR, "java.util.Optional"),
    ATOMIC_REFERENCE(79, Family.CELL, "java.util.concurrent.atomic.AtomicReference"),
    ATOMIC_BOOLEAN(80, Family.MUTABLE, "java.util.concurrent.atomic.AtomicBoolean"),
    ATOMIC_INTEGER(81, Family.MUTABLE, "java.util.concurrent.atomic.AtomicInteger"),
    ATOMIC_LONG(82, Family.MUTABLE, "java.util.concurrent.atomic.AtomicLong"),
    LONG_ADDER(83, Family.MUTABLE, "java.util.concurrent.atomic.LongAdder"),
    DATE(84, Family.MUTABLE, "java.util.Date"),
    GREGORIAN_CALENDAR(85, Family.MUTABLE, "java.util.GregorianCalendar"),
    BIT_SET(86, Family.MUTABLE, "java.util.BitSet"),
    ENUM_SET(87, Family.ENUM_SET, null),
    ENUM_MAP(88, Family.ENUM_MAP, "java.util.EnumMap"),
    COMPARATOR(89, Family.COMPARATOR, null),
    BIG_INTEGER(90, Family.VALUE, "java.math.BigInteger"),
    BIG_DECIMAL(91, Family.VALUE, "java.math.BigDecimal"),
    MATH_CONTEXT(92, Family.VALUE, "java.math.MathContext"),
    UUID(93, Family.VALUE, "java.util.UUID"),
    URI(94, Family.VALUE, "java.net.URI"),
    PATH(95, Family.VALUE, null),
    FILE(96, Family.VALUE, "java.io.File"),
    PATTERN(97, Family.VALUE, "java.util.regex.Pattern"),
    LOCALE(98, Family.VALUE, "java.util.Locale"),
    CURRENCY(99, Family.VALUE, "java.util.Currency"),
    CHARSET(100, Family.VALUE, null),
    TIME_ZONE(101, Family.VALUE, "sun.util.calendar.ZoneInfo"),
    OPTIONAL_INT(102, Family.VALUE, "java.util.OptionalInt"),
    OPTIONAL_LONG(103, Family.VALUE, "java.util.OptionalLong"),
    OPTIONAL_DOUBLE(104, Family.VALUE, "java.util.OptionalDouble"),
    INSTANT(105, Family.TIME, "java.time.Instant"),
    DURATION(106, Family.TIME, "java.time.Duration"),
    LOCAL_DATE(107, Family.TIME, "java.time.LocalDate"),
    LOCAL_TIME(108, Family.TIME, "java.time.LocalTime"),
    LOCAL_DATE_TIME(109, Family.TIME, "java.time.LocalDateTime"),
    ZONE_OFFSET(110, Family.TIME, "java.time.ZoneOffset"),
    ZONE_REGION(111, Family.TIME, "java.time.ZoneRegion"),
    OFFSET_TIME(112, Family.TIME, "java.time.OffsetTime"),
    OFFSET_DATE_TIME(113, Family.TIME, "java.time.OffsetDateTime"),
    ZONED_DATE_TIME(114, Family.TIME, "java.time.ZonedDateTime"),
    YEAR(115, Family.TIME, "java.time.Year"),
    YEAR_MONTH(116, Family.TIME, "java.time.YearMonth"),
    MONTH_DAY(117, Family.TIME, "java.time.MonthDay"),
    PERIOD(118, Family.TIME, "java.time.Period"),
    DAY_OF_WEEK(119, Family.TYPE_ONLY, "java.time.DayOfWeek"),
    MONTH(120, Family.TYPE_ONLY, "java.time.Month"),
    CHRONO_UNIT(121, Family.TYPE_ONLY, "java.time.temporal.ChronoUnit"),
    CHRONO_FIELD(122, Family.TYPE_ONLY, "java.time.temporal.ChronoField"),
    TIME_UNIT(123, Family.TYPE_ONLY, "java.util.concurrent.TimeUnit"),
    ROUNDING_MODE(124, Family.TYPE_ONLY, "java.math.RoundingMode"),
    OPEN_OPTION(125, Family.TYPE_ONLY, "java.nio.file.StandardOpenOption"),
    COPY_OPTION(126, Family.TYPE_ONLY, "java.nio.file.StandardCopyOption"),
    LINK_OPTION(127, Family.TYPE_ONLY, "java.nio.file.LinkOption"),
    POSIX_PERMISSION(128, Family.TYPE_ONLY, "java.nio.file.attribute.PosixFilePermission"),
    TEXT_STYLE(129, Family.TYPE_ONLY, "java.time.format.TextStyle"),
    FORMAT_STYLE(130, Family.TYPE_ONLY, "java.time.format.FormatStyle"),
    NUMBER(131, Family.TYPE_ONLY, "java.lang.Number"),
    CHAR_SEQUENCE(132, Family.TYPE_ONLY, "java.lang.CharSequence"),
    COMPARABLE(133, Family.TYPE_ONLY, "java.lang.Comparable"),
    ITERABLE(134, Family.TYPE_ONLY, "java.lang.Iterable"),
    COLLECTION_TYPE(135, Family.TYPE_ONLY, "java.util.Collection"),
    LIST_TYPE(136, Family.TYPE_ONLY, "java.util.List"),
    SET_TYPE(137, Family.TYPE_ONLY, "java.util.Set"),
    MAP_TYPE(138, Family.TYPE_ONLY, "java.util.Map"),
    ENTRY_TYPE(139, Family.TYPE_ONLY, "java.util.Map$Entry"),
    QUEUE_TYPE(140, Family.TYPE_ONLY, "java.util.Queue"),
    DEQUE_TYPE(141, Family.TYPE_ONLY, "java.util.Deque"),
    SERIALIZABLE(142, Family.TYPE_ONLY, "java.io.Serializable"),
    PATH_TYPE(143, Family.TYPE_ONLY, "java.nio.file.Path"),
    ZONE_ID_TYPE(144, Family.TYPE_ONLY, "java.time.ZoneId"),
    CHARSET_TYPE(145, Family.TYPE_ONLY, "java.nio.charset.Charset"),
    COMPARATOR_TYPE(146, Family.TYPE_ONLY, "java.util.Comparator"),
    RUNNABLE(147, Family.TYPE_ONLY, "java.lang.Runnable"),
    CALLABLE(148, Family.TYPE_ONLY, "java.util.concurrent.Callable"),
    SUPPLIER(149, Family.TYPE_ONLY, "java.util.function.Supplier"),
    FUNCTION(150, Family.TYPE_ONLY, "java.util.function.Function"),
    BI_FUNCTION(151, Family.TYPE_ONLY, "java.util.function.BiFunction"),
    PREDICATE(152, Family.TYPE_ONLY, "java.util.function.Predicate"),
    CONSUMER(153, Family.TYPE_ONLY, "java.util.function.Consumer");

    /** Is an object that is met twice one object again on the other side, and may what it contains refer back to it? */
    enum Identity {
        /** An immutable value, whose identity does not matter: it is written again each time. */
        NONE,
        /** The object exists before its content is read, so the content may refer back to it. */
        KEPT,
        /** The object is made out of its content, which can therefore not refer back to it. */
        KEPT_ONCE_MADE
    }

    /** The types that share a form. */
    enum Family {
        SCALAR(Identity.NONE),
        VALUE(Identity.NONE),
        TIME(Identity.NONE),
        ENUM(Identity.NONE),
        COMPARATOR(Identity.NONE),
        APPLICATION(Identity.KEPT),
        ARRAY(Identity.KEPT),
        OBJECTS(Identity.KEPT),
        PRIMITIVES(Identity.KEPT),
        TEXT(Identity.KEPT),
        COLLECTION(Identity.KEPT),
        MAP(Identity.KEPT),
        CELL(Identity.KEPT),
        MUTABLE(Identity.KEPT),
        ENUM_SET(Identity.KEPT),
        ENUM_MAP(Identity.KEPT),
        SORTED(Identity.KEPT_ONCE_MADE),
        FIXED(Identity.KEPT_ONCE_MADE),
        SORTED_MAP(Identity.KEPT_ONCE_MADE),
        FIXED_MAP(Identity.KEPT_ONCE_MADE),
        PAIR(Identity.KEPT_ONCE_MADE),
        LAMBDA(Identity.KEPT_ONCE_MADE),
        SURROGATE(Identity.KEPT_ONCE_MADE),
        /** Types of enum constants and of array elements. */
        TYPE_ONLY(Identity.NONE),
        /** Written and read by the encoder and decoder themselves. */
        NONE(Identity.NONE);

        final Identity identity;

        Family(Identity identity) {
            this.identity = identity;
        }
    }

    private static final Tag[] BY_NUMBER = values();
    private static final Map<String, Tag> BY_CLASS_NAME = new HashMap<>(2 * BY_NUMBER.length);

    static {
        for (int number = 0; number < BY_NUMBER.length; number++) {
            Tag tag = BY_NUMBER[number];
            if (tag.number != number) {
                throw new AssertionError(tag + " is out of order");
            }
            if (tag.className != null) {
                BY_CLASS_NAME.put(tag.className, tag);
            }
        }
    }

    final int number;
    final Family family;
    /** The class whose values have this tag; null if it is found in another way than by its name. */
    final @Nullable String className;

    Tag(int number, Family family, @Nullable String className) {
        this.number = number;
        this.family = family;
        this.className = className;
    }

    static @Nullable Tag ofClass(String className) {
        return BY_CLASS_NAME.get(className);
    }

    static Tag ofNumber(int number) {
        if (number < 0 || number >= BY_NUMBER.length) {
            throw new DecodingException("unknown type number " + number
                    + "; the bytes are damaged, or written by a later version of Weirpool");
        }
        return BY_NUMBER[number];
    }

    static int count() {
        return BY_NUMBER.length;
    }

    /** The class this tag stands for, as the type of an enum constant or an array element. */
    Class<?> type() {
        if (className == null) {
            throw new DecodingException(this + " is not the type of an array element or enum constant");
        }
        try {
            return Class.forName(className, false, null);
        } catch (ClassNotFoundException e) {
            throw new DecodingException("this JDK has no " + className, e);
        }
    }
}
