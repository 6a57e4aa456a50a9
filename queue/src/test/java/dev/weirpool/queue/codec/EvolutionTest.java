package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks outlive deploys: writer and reader are different builds of the application. */
class EvolutionTest {
    private final Codec codec = new Codec(AllowList.of(List.of("app.")));

    @Test
    void givesAFieldThatTheWriterLackedItsDefault() throws ReflectiveOperationException {
        Build old = Build.of("class Order { int id = 7; static Object make() { return new Order(); } }");
        Build now = Build.of("""
                class Order implements java.io.Serializable {
                    String note = "none"; int id; long weight; List<String> tags = new ArrayList<>();
                    public String toString() { return id + note + weight + tags; }
                }
                """);

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("7none0[]");
    }

    @Test
    void runsNoConstructorOfAClassThatIsNotSerializable() throws ReflectiveOperationException {
        Build old = Build.of("class Server { int id = 7; static Object make() { return new Server(); } }");
        Build now = Build.of("""
                class Server {
                    int id; List<String> ports = List.of();
                    Server() { throw new Error("a message has opened a port"); }
                    public String toString() { return id + " " + ports; }
                }
                """);

        assertThat(now.decode(encodedBy(old, "Server"))).hasToString("7 null");
    }

    @Test
    void givesAFieldOfAClassWithoutPlainConstructorNothing() throws ReflectiveOperationException {
        Build old = Build.of(
                "class Order { final int id; Order(int id) { this.id = id; } static Object make() { return new Order(7); } }");
        Build now = Build.of("""
                class Order {
                    final int id; final String note; final boolean express;
                    Order(int id, String note) { this.id = id; this.note = note; this.express = true; }
                    public String toString() { return id + note + express; }
                }
                """);

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("7nullfalse");
    }

    @Test
    void dropsAFieldThatTheReaderLacksEvenIfItsClassIsGone() throws ReflectiveOperationException {
        Build old = Build.of("record Gone(int x, List<Object> more) {}", "enum Shade { DARK }", """
                class Order {
                    Gone gone = new Gone(1, new ArrayList<>(List.of(new Gone(2, List.of()), Shade.DARK)));
                    Gone[] array = {gone, null};
                    Set<String> set = new TreeSet<>(Comparator.reverseOrder());
                    Map<Object, Object> map = new HashMap<>(Map.of(Shade.DARK, gone));
                    Set<Shade> shades = EnumSet.of(Shade.DARK);
                    Map<Shade, Integer> byShade = new EnumMap<>(Map.of(Shade.DARK, 1));
                    Set<Gone> fixed = Set.of(gone, new Gone(3, null));
                    Comparator<Gone> comparator = (Comparator<Gone> & java.io.Serializable) (a, b) -> 0;
                    SortedSet<Gone> sorted = new TreeSet<>(comparator);
                    { sorted.add(gone); }
                    String name = "n";
                    static Object make() { return new Order(); }
                }
                """);
        Build now = Build.of("class Order { String name; public String toString() { return name; } }");

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("n");
    }

    @Test
    void keepsAnObjectThatWasFirstMetInADroppedField() throws ReflectiveOperationException {
        Build old = Build.of("class Person { String name = \"Ada\"; }", """
                class Order {
                    Person billing = new Person();
                    List<Object> gone = List.of(billing, new TreeSet<>(Set.of(1, 2)), Map.of("k", 1));
                    Person owner = billing;
                    Set<Object> numbers = (Set<Object>) gone.get(1);
                    List<Object> all = gone;
                    static Object make() { return new Order(); }
                }
                """);
        Build now = Build.of("class Person { String name; }", """
                class Order {
                    Person owner; SortedSet<Object> numbers; List<Object> all;
                    public String toString() { return owner.name + numbers + (all.get(0) == owner) + all.size(); }
                }
                """);

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("Ada[1, 2]true3");
    }

    @Test
    void refusesAnObjectOfADroppedFieldThatCannotBeCompleted() throws ReflectiveOperationException {
        Build old = Build.of(
                "class Gone { }",
                "class Order { List<Object> first = new ArrayList<>(List.of(new Gone())); List<Object> second = first;"
                        + " static Object make() { return new Order(); } }");
        Build now = Build.of("class Order { List<Object> second; }");

        assertThatThrownBy(() -> now.decode(encodedBy(old, "Order")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("removed field");
    }

    @Test
    void givesARecordComponentThatTheWriterLackedNullOrZero() throws ReflectiveOperationException {
        Build old = Build.of("record Order(int id) { static Object make() { return new Order(7); } }");
        Build now = Build.of("record Order(String note, int id, double price, boolean express, char grade) {}");

        assertThat(now.decode(encodedBy(old, "Order")))
                .hasToString("Order[note=null, id=7, price=0.0, express=false, grade=\0]");
    }

    @Test
    void dropsARecordComponentThatTheReaderLacks() throws ReflectiveOperationException {
        Build old = Build.of("record Order(String note, int id, List<String> tags) "
                + "{ static Object make() { return new Order(\"x\", 7, List.of(\"t\")); } }");
        Build now = Build.of("record Order(int id) {}");

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("Order[id=7]");
    }

    @Test
    void readsAClassThatBecameARecord() throws ReflectiveOperationException {
        Build old = Build.of("class Order { int id = 7; static Object make() { return new Order(); } }");
        Build now = Build.of("record Order(long id) {}");

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("Order[id=7]");
    }

    @Test
    void widensNumbersAndRefusesOtherChangesOfType() throws ReflectiveOperationException {
        Build old = Build.of("class Order { int id = 7; Integer size = 8; float price = 1.5f;"
                + " static Object make() { return new Order(); } }");
        Build wider = Build.of("class Order { long id; Long size; double price;"
                + " public String toString() { return id + \" \" + size + \" \" + price; } }");
        Build other = Build.of("class Order { String id; }");

        assertThat(wider.decode(encodedBy(old, "Order"))).hasToString("7 8 1.5");
        assertThatThrownBy(() -> other.decode(encodedBy(old, "Order")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(
                        "app.Order.id is of type java.lang.String, but the message has a java.lang.Integer");
    }

    @Test
    void keepsEnumConstantsApartByName() throws ReflectiveOperationException {
        Build old = Build.of("enum Color { RED, BLUE; static Object make() { return List.of(RED, BLUE); } }");
        Build now = Build.of("enum Color { GREEN, BLUE, RED }");
        Build without = Build.of("enum Color { RED }");

        assertThat(now.decode(encodedBy(old, "Color"))).hasToString("[RED, BLUE]");
        assertThatThrownBy(() -> without.decode(encodedBy(old, "Color")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("app.Color has no constant BLUE");
    }

    @Test
    void namesAClassThatIsMissing() throws ReflectiveOperationException {
        Build old = Build.of("record Gone(int x) { static Object make() { return new Gone(1); } }");

        assertThatThrownBy(() -> codec.decode(encodedBy(old, "Gone")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("there is no class app.Gone here");
    }

    @Test
    void reportsTheExceptionOfARecordThatRefusesItsDefaults() throws ReflectiveOperationException {
        Build old = Build.of("record Order(int id) { static Object make() { return new Order(7); } }");
        Build now =
                Build.of("record Order(int id, String note) { Order { Objects.requireNonNull(note, \"no note\"); } }");

        assertThatThrownBy(() -> now.decode(encodedBy(old, "Order")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("constructor of app.Order")
                .hasMessageContaining("no note");
    }

    @Test
    void readsAFieldOfAnAddedSuperclass() throws ReflectiveOperationException {
        Build old = Build.of("class Order { int id = 7; static Object make() { return new Order(); } }");
        Build now = Build.of(
                "class Base { int id; }",
                "class Order extends Base { public String toString() { return \"\" + id; } }");

        assertThat(now.decode(encodedBy(old, "Order"))).hasToString("7");
    }

    private byte[] encodedBy(Build build, String type) throws ReflectiveOperationException {
        return codec.encode(build.call("app." + type, "make"));
    }
}
