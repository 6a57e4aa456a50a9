package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Objects that refer to each other, and how deep that may go. */
class GraphTest {
    private final Codec codec = new Codec();

    private static final class Node {
        final String name;

        @Nullable
        Node next;

        List<Node> children = new ArrayList<>();

        @Nullable
        Object other;

        Node(String name) {
            this.name = name;
        }
    }

    private record Holder(@Nullable Object content) {}

    @Test
    void keepsTheIdentityOfAnObjectThatIsMetTwice() {
        Node node = new Node("a");
        List<String> list = new ArrayList<>(List.of("x"));
        byte[] bytes = {1, 2};

        Object[] arrived = copy(new Object[] {node, list, bytes, List.of(node, list, bytes)});

        List<?> again = (List<?>) arrived[3];
        assertThat(again.get(0)).isSameAs(arrived[0]);
        assertThat(again.get(1)).isSameAs(arrived[1]);
        assertThat(again.get(2)).isSameAs(arrived[2]);
    }

    @Test
    void keepsTheIdentityOfThousandsOfObjects() {
        List<Node> nodes = new ArrayList<>(
                IntStream.range(0, 5000).mapToObj(i -> new Node("n" + i)).toList());
        List<Node> twice = new ArrayList<>(nodes);
        twice.addAll(nodes);

        List<Node> arrived = copy(twice);

        for (int i = 0; i < 5000; i++) {
            assertThat(arrived.get(i).name).isEqualTo("n" + i);
            assertThat(arrived.get(i + 5000)).isSameAs(arrived.get(i));
        }
    }

    @Test
    void writesALongStringOnce() {
        String line = "0123456789".repeat(100);

        assertThat(codec.encode(Collections.nCopies(100, line).toArray())).hasSizeLessThan(1300);
    }

    @Test
    void keepsCyclesBetweenObjects() {
        Node first = new Node("first");
        Node second = new Node("second");
        first.next = second;
        second.next = first;
        first.children.add(first);

        Node arrived = copy(first);

        assertThat(arrived.next.next).isSameAs(arrived);
        assertThat(arrived.children).containsExactly(arrived);
    }

    @Test
    void keepsCyclesThroughCollectionsArraysMapsAndReferences() {
        List<Object> list = new ArrayList<>();
        Object[] array = {list};
        Map<String, Object> map = new HashMap<>(Map.of("array", array));
        list.add(new AtomicReference<>(map));

        List<Object> arrived = copy(list);

        Map<?, ?> arrivedMap = (Map<?, ?>) ((AtomicReference<?>) arrived.get(0)).get();
        assertThat(((Object[]) arrivedMap.get("array"))[0]).isSameAs(arrived);
    }

    @Test
    void keepsCyclesThatPassThroughImmutableListsAndRecords() {
        Node node = new Node("a");
        node.other = List.of(new Holder(node));

        Node arrived = copy(node);

        assertThat(((Holder) ((List<?>) arrived.other).get(0)).content()).isSameAs(arrived);
    }

    @Test
    void refusesARecordThatContainsItself() {
        List<Object> list = new ArrayList<>();
        Holder holder = new Holder(list);
        list.add(holder);

        assertThatThrownBy(() -> codec.encode(new Object[] {holder}))
                .isInstanceOf(EncodingException.class)
                .hasMessageContaining("GraphTest$Holder.content[0] holds a ")
                .hasMessageContaining("contains itself")
                .hasMessageContaining("break the cycle");
    }

    @Test
    void carriesAnyLengthOfALinkedList() {
        LinkedList<Integer> list =
                new LinkedList<>(IntStream.range(0, 100_000).boxed().toList());

        assertThat(copy(list)).isEqualTo(list);
    }

    @Test
    void carriesAChainOfObjectsUpToTheLimit() {
        Node chain = chain(Encoder.MAX_DEPTH - 1);

        Node arrived = copy(chain);

        int length = 0;
        for (Node node = arrived; node != null; node = node.next) {
            length++;
        }
        assertThat(length).isEqualTo(Encoder.MAX_DEPTH - 1);
    }

    @Test
    void refusesADeeperChainWithoutOverflowingTheStack() {
        EncodingException refused =
                catchThrowableOfType(EncodingException.class, () -> codec.encode(new Object[] {"a", chain(1_000_000)}));

        assertThat(refused.path()).startsWith("[1].next.next.").contains("…").hasSizeLessThan(200);
        assertThat(refused.type()).isEqualTo(Node.class.getName());
        assertThat(refused)
                .hasMessageContaining("nested more than 500 levels deep")
                .hasMessageContaining("java.util.List");
    }

    @Test
    void encodesAndDecodesTheDeepestChainOnAnOrdinaryStack() throws InterruptedException {
        AtomicReference<Object> result = new AtomicReference<>();
        Thread thread = new Thread(null, () -> result.set(attempt()), "ordinary stack", 1024 * 1024);

        thread.start();
        thread.join();

        assertThat(result.get()).isInstanceOf(Node.class);
    }

    private Object attempt() {
        try {
            // a new codec, and a chain whose children are decoded through lists, which takes most stack
            return new Codec().decode(new Codec().encode(family(Encoder.MAX_DEPTH / 2)));
        } catch (RuntimeException | StackOverflowError e) {
            return e;
        }
    }

    private static Node family(int generations) {
        Node youngest = new Node("0");
        for (int i = 1; i < generations; i++) {
            Node parent = new Node("" + i);
            parent.children.add(youngest);
            youngest = parent;
        }
        return youngest;
    }

    private static Node chain(int length) {
        Node first = new Node("last");
        first.children = List.of();
        for (int i = 1; i < length; i++) {
            Node before = new Node("n");
            before.children = List.of();
            before.next = first;
            first = before;
        }
        return first;
    }

    @SuppressWarnings("unchecked")
    private <T> T copy(T value) {
        return (T) codec.decode(codec.encode(value));
    }
}
