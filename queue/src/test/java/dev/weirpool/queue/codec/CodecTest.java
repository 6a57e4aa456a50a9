package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everyday values arrive as they left. */
class CodecTest {
    /** These become another private class of the JDK with the same behaviour. */
    private static final Set<String> CLOSE_RELATIVES = Set.of(
            "List.of subList",
            "Stream.toList",
            "unmodifiableList of a LinkedList",
            "unmodifiableSortedSet",
            "synchronizedSortedSet",
            "emptySortedSet",
            "unmodifiableSortedMap",
            "synchronizedSortedMap",
            "emptySortedMap");

    private final Codec codec = new Codec();

    static Stream<Arguments> comparable() {
        return EverydayValues.comparable().entrySet().stream()
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    static Stream<Arguments> incomparable() {
        return EverydayValues.incomparable().entrySet().stream()
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("comparable")
    void carriesEverydayValues(String name, Object value) {
        Object[] arrived = (Object[]) codec.decode(codec.encode(new Object[] {value, "after"}));

        assertThat(arrived[0]).isEqualTo(value);
        assertThat(arrived[1]).isEqualTo("after");
        if (!CLOSE_RELATIVES.contains(name)) {
            assertThat(arrived[0]).hasSameClassAs(value);
        }
    }

    @ParameterizedTest
    @MethodSource("incomparable")
    void carriesValuesThatHaveNoEquals(Object value, Function<Object, Object> likeness) {
        Object arrived = copy(value);

        assertThat(arrived).hasSameClassAs(value);
        assertThat(likeness.apply(arrived)).isEqualTo(likeness.apply(value));
    }

    @Test
    void carriesNull() {
        assertThat(codec.decode(codec.encode(null))).isNull();
    }

    @Test
    void keepsTheOrderOfUnmodifiableSetsAndMaps() {
        List<Integer> order = List.of(7, 3, 9, 1);
        Map<Integer, String> map = new java.util.LinkedHashMap<>();
        order.forEach(key -> map.put(key, "x"));

        assertThat(copy(Collections.unmodifiableSet(new java.util.LinkedHashSet<>(order))))
                .containsExactlyElementsOf(order);
        assertThat(copy(Collections.unmodifiableMap(map)).keySet()).containsExactlyElementsOf(order);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixedLists")
    void keepsWhatCannotBeChangedUnchangeable(String name, List<Object> list) {
        assertThatThrownBy(() -> copy(list).add("more")).isInstanceOf(UnsupportedOperationException.class);
    }

    static Stream<Arguments> fixedLists() {
        return Stream.of(
                Arguments.of("List.of", List.of(1)),
                Arguments.of("List.of subList", List.of(1, 2, 3).subList(0, 2)),
                Arguments.of("Stream.toList", Stream.of(1, 2).toList()),
                Arguments.of("Stream.toList with null", Stream.of(1, null).toList()),
                Arguments.of("unmodifiableList", Collections.unmodifiableList(new ArrayList<>())),
                Arguments.of("emptyList", Collections.emptyList()),
                Arguments.of("Arrays.asList", Arrays.asList(1, 2)),
                Arguments.of("nCopies", Collections.nCopies(2, "x")));
    }

    @Test
    void turnsViewsIntoPlainCollections() {
        Map<String, Integer> map = new java.util.TreeMap<>(Map.of("a", 1, "b", 2));

        assertThat(copy(new ArrayList<>(List.of(1, 2, 3)).subList(1, 3))).isEqualTo(List.of(2, 3));
        assertThat(copy(Arrays.asList(1, 2, 3).subList(1, 3))).isEqualTo(List.of(2, 3));
        assertThat(copy(map.keySet())).containsExactly("a", "b");
        assertThat(copy(map.values())).containsExactly(1, 2);
        assertThat(copy(map.entrySet())).isEqualTo(map.entrySet());
        assertThat(copy(map.entrySet().iterator().next())).isEqualTo(Map.entry("a", 1));
        assertThat(copy(((java.util.TreeMap<String, Integer>) map).headMap("b")))
                .isEqualTo(Map.of("a", 1));
        assertThat(copy(Collections.newSetFromMap(new java.util.IdentityHashMap<>())))
                .isEmpty();
    }

    @SuppressWarnings("unchecked")
    private <T> T copy(T value) {
        return (T) codec.decode(codec.encode(value));
    }
}
