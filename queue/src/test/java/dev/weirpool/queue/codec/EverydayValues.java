package dev.weirpool.queue.codec;

import java.io.File;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What people pass to tasks: the values that must travel, by name. */
final class EverydayValues {
    private EverydayValues() {}

    enum Color {
        RED,
        GREEN {
            @Override
            String shade() {
                return "leaf";
            }
        };

        String shade() {
            return "plain";
        }
    }

    record Point(int x, int y) {}

    record Line(Point from, @Nullable Point to, List<Point> through) {}

    record Box<T>(T content, long weight, boolean fragile, char label, byte[] seal) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Box<?> box
                    && Objects.equals(box.content, content)
                    && box.weight == weight
                    && box.fragile == fragile
                    && box.label == label
                    && Arrays.equals(box.seal, seal);
        }

        @Override
        public int hashCode() {
            return Objects.hash(content, weight);
        }
    }

    record Nothing() {}

    static class Animal {
        private final String name;
        private final int legs;
        private transient String cachedSound = "never travels";

        Animal(String name, int legs) {
            this.name = name;
            this.legs = legs;
        }

        String cachedSound() {
            return cachedSound;
        }

        String name() {
            return name;
        }

        @Override
        public boolean equals(Object other) {
            return other != null
                    && other.getClass() == getClass()
                    && ((Animal) other).name.equals(name)
                    && ((Animal) other).legs == legs;
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    static final class Dog extends Animal {
        private final String name;
        private final List<Animal> friends = new ArrayList<>();

        Dog(String name, String nickname) {
            super(name, 4);
            this.name = nickname;
        }

        String nickname() {
            return name;
        }

        @Override
        public boolean equals(Object other) {
            return super.equals(other) && ((Dog) other).name.equals(name) && ((Dog) other).friends.equals(friends);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;
        private final String title;

        Names() {
            this("untitled");
        }

        Names(String title) {
            this.title = title;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Names names && names.title.equals(title) && super.equals(other);
        }

        @Override
        public int hashCode() {
            return title.hashCode();
        }
    }

    static final class Recent extends LinkedHashMap<String, Integer> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > 2;
        }
    }

    /** Values that are equal to what they become on the other side. */
    static Map<String, Object> comparable() {
        Map<String, Object> values = new LinkedHashMap<>();
        scalars(values);
        valueTypes(values);
        times(values);
        arrays(values);
        collections(values);
        fixedCollections(values);
        maps(values);
        application(values);
        return values;
    }

    private static void scalars(Map<String, Object> values) {
        values.put("true", true);
        values.put("false", false);
        values.put("byte", Byte.MIN_VALUE);
        values.put("short", Short.MIN_VALUE);
        values.put("char", '\uffff');
        values.put("int", Integer.MIN_VALUE);
        values.put("int max", Integer.MAX_VALUE);
        values.put("long", Long.MIN_VALUE);
        values.put("float", Float.NaN);
        values.put("double", -0.0);
        values.put("empty string", "");
        values.put("string", "weir");
        values.put("string outside ASCII", "Wehr, plötzlich 堰 🌊");
        values.put("string with a lone surrogate", "a\ud83cb");
        values.put("long string", "0123456789".repeat(1000));
        values.put("long string outside ASCII", "ü堰🌊".repeat(1000));
    }

    private static void valueTypes(Map<String, Object> values) {
        values.put("BigInteger", BigInteger.TWO.pow(200).negate());
        values.put("BigDecimal", new BigDecimal("12345678901234567890.12345E-30"));
        values.put("MathContext", new MathContext(7, RoundingMode.DOWN));
        values.put("UUID", UUID.fromString("e9f5c4ee-68b3-4b12-a0f7-c5ee17dbb1d1"));
        values.put("URI", URI.create("redis://host:6379/0?x=%20#y"));
        values.put("Path", Path.of("/tmp/some", "file.txt"));
        values.put("File", new File("/tmp/some/file.txt"));
        values.put("Locale", Locale.GERMANY);
        values.put("Locale with script and extension", Locale.forLanguageTag("zh-Hant-TW-u-ca-roc"));
        values.put("Locale without a language tag", new Locale("no", "NO", "NY"));
        values.put("Locale.ROOT", Locale.ROOT);
        values.put("Currency", Currency.getInstance("EUR"));
        values.put("Charset", StandardCharsets.ISO_8859_1);
        values.put("TimeZone", TimeZone.getTimeZone("Europe/Berlin"));
        values.put("Optional", Optional.of("x"));
        values.put("Optional.empty", Optional.empty());
        values.put("OptionalInt", OptionalInt.of(-5));
        values.put("OptionalLong", OptionalLong.of(1L << 60));
        values.put("OptionalDouble", OptionalDouble.of(1e300));
        values.put("OptionalDouble.empty", OptionalDouble.empty());
        values.put("Date", new Date(1234567890123L));
        values.put("GregorianCalendar", calendar());
        values.put("BitSet", BitSet.valueOf(new long[] {5, 0, 1L << 63}));
        values.put("case-insensitive comparator", String.CASE_INSENSITIVE_ORDER);
        values.put("natural order", Comparator.naturalOrder());
        values.put("reverse order", Comparator.reverseOrder());
        values.put("reversed comparator", String.CASE_INSENSITIVE_ORDER.reversed());
    }

    private static GregorianCalendar calendar() {
        GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"), Locale.GERMANY);
        calendar.setTimeInMillis(1234567890123L);
        calendar.setLenient(false);
        return calendar;
    }

    private static void times(Map<String, Object> values) {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        LocalDateTime repeatedHour = LocalDateTime.of(2026, 10, 25, 2, 30);
        values.put("Instant", Instant.parse("2026-11-23T09:00:00.123456789Z"));
        values.put("Instant.MIN", Instant.MIN);
        values.put("Duration", Duration.ofNanos(-1));
        values.put("LocalDate", LocalDate.of(-44, 3, 15));
        values.put("LocalTime", LocalTime.of(23, 59, 59, 999_999_999));
        values.put("LocalDateTime", LocalDateTime.MAX);
        values.put("ZoneOffset", ZoneOffset.ofHoursMinutes(-3, -30));
        values.put("ZoneId", berlin);
        values.put("OffsetTime", OffsetTime.of(1, 2, 3, 4, ZoneOffset.MIN));
        values.put("OffsetDateTime", OffsetDateTime.of(repeatedHour, ZoneOffset.ofHours(2)));
        values.put("ZonedDateTime, summer", ZonedDateTime.ofLocal(repeatedHour, berlin, ZoneOffset.ofHours(2)));
        values.put("ZonedDateTime, winter", ZonedDateTime.ofLocal(repeatedHour, berlin, ZoneOffset.ofHours(1)));
        values.put("ZonedDateTime, offset", ZonedDateTime.of(repeatedHour, ZoneOffset.UTC));
        values.put("Year", Year.of(2026));
        values.put("YearMonth", YearMonth.of(2026, 11));
        values.put("MonthDay", MonthDay.of(2, 29));
        values.put("Period", Period.of(1, -2, 3));
        values.put("DayOfWeek", DayOfWeek.FRIDAY);
        values.put("TimeUnit", TimeUnit.MICROSECONDS);
    }

    private static void arrays(Map<String, Object> values) {
        values.put("byte[]", new byte[] {1, -1, 0});
        values.put("boolean[]", new boolean[] {true, false});
        values.put("char[]", new char[] {'a', '\uffff'});
        values.put("short[]", new short[] {Short.MIN_VALUE, 5});
        values.put("int[]", new int[] {Integer.MIN_VALUE, 0, 7});
        values.put("long[]", new long[] {Long.MAX_VALUE, -1});
        values.put("float[]", new float[] {1.5f, Float.NaN});
        values.put("double[]", new double[] {Math.PI, Double.NEGATIVE_INFINITY});
        values.put("Object[]", new Object[] {"a", 1, null, new Object[] {2L}});
        values.put("String[]", new String[] {"a", null});
        values.put("Integer[]", new Integer[] {1, null});
        values.put("Number[]", new Number[] {1, 2.5, BigDecimal.ONE});
        values.put("Point[]", new Point[] {new Point(1, 2), null});
        values.put("Color[]", new Color[] {Color.RED, Color.GREEN});
        values.put("int[][]", new int[][] {{1}, {}, {2, 3}});
        values.put("String[][][]", new String[][][] {{{"a"}, null}, {}});
        values.put("Point[][]", new Point[][] {{new Point(1, 2)}, {}});
        values.put("List[]", new List<?>[] {List.of(1), new ArrayList<>()});
        values.put("empty Object[]", new Object[0]);
    }

    private static void collections(Map<String, Object> values) {
        List<Object> elements = Arrays.asList("b", 1, null, 2.5, List.of("nested"));
        values.put("Arrays.asList", elements);
        values.put("Arrays.asList, String", Arrays.asList("x", "y"));
        values.put("ArrayList", new ArrayList<>(elements));
        values.put("LinkedList", new LinkedList<>(elements));
        values.put("HashSet", new HashSet<>(elements));
        values.put("LinkedHashSet", new LinkedHashSet<>(elements));
        values.put("Vector", new Vector<>(elements));
        values.put("Stack", stack());
        values.put("CopyOnWriteArrayList", new CopyOnWriteArrayList<>(elements));
        values.put("CopyOnWriteArraySet", new CopyOnWriteArraySet<>(elements));
        values.put("newKeySet", keySet());
        values.put("TreeSet", new TreeSet<>(List.of(3, 1, 2)));
        values.put("TreeSet, reverse order", reverseSet());
        values.put("ConcurrentSkipListSet", new ConcurrentSkipListSet<>(List.of("b", "a")));
        values.put("EnumSet", EnumSet.of(Color.GREEN));
        values.put("EnumSet, empty", EnumSet.noneOf(Color.class));
        values.put("EnumSet of a JDK enum", EnumSet.of(DayOfWeek.MONDAY, DayOfWeek.SUNDAY));
        values.put("synchronizedList", Collections.synchronizedList(new ArrayList<>(elements)));
        values.put("synchronizedSet", Collections.synchronizedSet(new HashSet<>(elements)));
        values.put("synchronizedSortedSet", Collections.synchronizedSortedSet(new TreeSet<>(List.of(1, 2))));
        values.put("a list of lists of maps", List.of(List.of(Map.of("a", new ArrayList<>(List.of(1))))));
    }

    private static Stack<String> stack() {
        Stack<String> stack = new Stack<>();
        stack.push("a");
        return stack;
    }

    private static Set<String> keySet() {
        Set<String> set = ConcurrentHashMap.newKeySet();
        set.add("a");
        return set;
    }

    private static TreeSet<String> reverseSet() {
        TreeSet<String> set = new TreeSet<>(Comparator.reverseOrder());
        set.addAll(List.of("a", "b", "c"));
        return set;
    }

    private static void fixedCollections(Map<String, Object> values) {
        values.put("List.of()", List.of());
        values.put("List.of(1)", List.of(1));
        values.put("List.of(1, 2)", List.of(1, 2));
        values.put("List.of many", List.of(1, 2, 3, 4, 5));
        values.put("List.of subList", List.of(1, 2, 3, 4, 5).subList(1, 3));
        values.put("Stream.toList", Stream.of("a", "b").toList());
        values.put("Stream.toList with null", Stream.of("a", null).toList());
        values.put("Set.of()", Set.of());
        values.put("Set.of(1)", Set.of(1));
        values.put("Set.of(1, 2)", Set.of(1, 2));
        values.put("Set.of many", Set.of(1, 2, 3, 4, 5));
        values.put("emptyList", Collections.emptyList());
        values.put("emptySet", Collections.emptySet());
        values.put("emptySortedSet", Collections.emptySortedSet());
        values.put("singletonList", Collections.singletonList(null));
        values.put("singleton", Collections.singleton("a"));
        values.put("nCopies", Collections.nCopies(1_000_000, "x"));
        values.put("nCopies of none", Collections.nCopies(0, "x"));
        values.put("unmodifiableList", Collections.unmodifiableList(new ArrayList<>(Arrays.asList(1, null))));
        values.put("unmodifiableList of a LinkedList", Collections.unmodifiableList(new LinkedList<>(List.of(1))));
        values.put("unmodifiableSet", Collections.unmodifiableSet(new LinkedHashSet<>(List.of(2, 1))));
        values.put("unmodifiableSortedSet", Collections.unmodifiableSortedSet(reverseSet()));
        values.put("unmodifiableNavigableSet", Collections.unmodifiableNavigableSet(reverseSet()));
    }

    private static void maps(Map<String, Object> values) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        entries.put("b", 1);
        entries.put(2, List.of("x"));
        entries.put(null, null);
        values.put("HashMap", new HashMap<>(entries));
        values.put("LinkedHashMap", entries);
        values.put("TreeMap", new TreeMap<>(Map.of("a", 1, "b", 2)));
        values.put("TreeMap, reverse order", reverseMap());
        values.put("ConcurrentHashMap", new ConcurrentHashMap<>(Map.of("a", 1)));
        values.put("ConcurrentSkipListMap", new ConcurrentSkipListMap<>(Map.of("a", 1)));
        values.put("Hashtable", new Hashtable<>(Map.of("a", 1)));
        values.put("Properties", properties());
        values.put("EnumMap", new EnumMap<>(Map.of(Color.GREEN, "x", Color.RED, "y")));
        values.put("EnumMap, empty", new EnumMap<>(Color.class));
        values.put("EnumMap, empty, of a JDK enum", new EnumMap<>(DayOfWeek.class));
        values.put("Map.of()", Map.of());
        values.put("Map.of 1", Map.of("a", 1));
        values.put("Map.of 2", Map.of("a", 1, "b", 2));
        values.put("Map.of many", Map.of(1, 2, 3, 4, 5, 6, 7, 8));
        values.put("emptyMap", Collections.emptyMap());
        values.put("emptySortedMap", Collections.emptySortedMap());
        values.put("singletonMap", Collections.singletonMap(null, "a"));
        values.put("unmodifiableMap", Collections.unmodifiableMap(new HashMap<>(entries)));
        values.put("unmodifiableSortedMap", Collections.unmodifiableSortedMap(reverseMap()));
        values.put("synchronizedMap", Collections.synchronizedMap(new HashMap<>(entries)));
        values.put("synchronizedSortedMap", Collections.synchronizedSortedMap(reverseMap()));
        values.put("Map.entry", Map.entry("a", 1));
        values.put("SimpleEntry", new AbstractMap.SimpleEntry<>("a", null));
        values.put("SimpleImmutableEntry", new AbstractMap.SimpleImmutableEntry<>(null, 1));
    }

    private static TreeMap<String, Integer> reverseMap() {
        TreeMap<String, Integer> map = new TreeMap<>(Comparator.reverseOrder());
        map.putAll(Map.of("a", 1, "b", 2));
        return map;
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("a", "1");
        return properties;
    }

    private static void application(Map<String, Object> values) {
        Dog rex = new Dog("Rex", "Rexi");
        rex.friends.add(new Animal("Tom", 3));
        Names names = new Names("guests");
        names.addAll(List.of("a", "b"));
        Recent recent = new Recent();
        recent.putAll(Map.of("a", 1, "b", 2));
        values.put("enum", Color.RED);
        values.put("enum with a body", Color.GREEN);
        values.put("record", new Point(1, -2));
        values.put("record without components", new Nothing());
        values.put("nested record with null", new Line(new Point(0, 0), null, List.of(new Point(1, 1))));
        values.put("generic record", new Box<>(Map.of("k", new Point(5, 6)), 1L << 40, true, 'x', new byte[] {1}));
        values.put("class without a plain constructor", new Animal("Tom", 4));
        values.put("subclass with a field of the same name", rex);
        values.put("subclass of ArrayList", names);
        values.put("subclass of LinkedHashMap", recent);
        values.put("double-brace list", doubleBraces());
    }

    private static List<String> doubleBraces() {
        return new ArrayList<>() {
            private static final long serialVersionUID = 1;

            {
                add("once");
            }
        };
    }

    /** Values that are equal to nothing but themselves, with what makes two of them alike. */
    static Map<Object, Function<Object, Object>> incomparable() {
        Map<Object, Function<Object, Object>> values = new java.util.IdentityHashMap<>();
        values.put(Pattern.compile("a.*(b)", Pattern.CASE_INSENSITIVE), it -> it + "/" + ((Pattern) it).flags());
        values.put(new StringBuilder("abc"), Object::toString);
        values.put(new StringBuffer("abc"), Object::toString);
        values.put(new AtomicBoolean(true), Object::toString);
        values.put(new AtomicInteger(-7), Object::toString);
        values.put(new AtomicLong(1L << 50), Object::toString);
        values.put(new AtomicReference<>(List.of("x")), Object::toString);
        LongAdder adder = new LongAdder();
        adder.add(5);
        values.put(adder, Object::toString);
        PriorityQueue<String> queue = new PriorityQueue<>(Comparator.reverseOrder());
        queue.addAll(List.of("a", "c", "b"));
        values.put(queue, it -> drained((PriorityQueue<?>) it));
        values.put(new ArrayDeque<>(List.of(1, 2)), it -> List.copyOf((Collection<?>) it));
        values.put(new ConcurrentLinkedQueue<>(List.of(1, 2)), it -> List.copyOf((Collection<?>) it));
        values.put(new ConcurrentLinkedDeque<>(List.of(1, 2)), it -> List.copyOf((Collection<?>) it));
        values.put(
                Collections.unmodifiableCollection(new ArrayList<>(List.of(1))), it -> List.copyOf((Collection<?>) it));
        values.put(
                Collections.synchronizedCollection(new ArrayList<>(List.of(1))), it -> List.copyOf((Collection<?>) it));
        values.put(new Object(), it -> "");
        return values;
    }

    private static List<Object> drained(PriorityQueue<?> queue) {
        List<Object> elements = new ArrayList<>();
        PriorityQueue<?> copy = new PriorityQueue<>(queue);
        while (!copy.isEmpty()) {
            elements.add(copy.poll());
        }
        return elements;
    }

    /** A comparator that can travel. */
    static Comparator<String> byLength() {
        return (Comparator<String> & Serializable) (left, right) -> Integer.compare(left.length(), right.length());
    }
}
