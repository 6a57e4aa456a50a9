package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lambdas and method references, as tasks and as values. */
class LambdaTest {
    private final Codec codec = new Codec();

    private interface Fn<A, B> extends Function<A, B>, Serializable {}

    private interface Fn2<A, B, C> extends BiFunction<A, B, C>, Serializable {}

    private interface Source<A> extends Supplier<A>, Serializable {}

    private static int twice(int number) {
        return 2 * number;
    }

    private String greet(String name) {
        return "hello " + name;
    }

    private static final class NotALambda implements Serializable {
        private static final long serialVersionUID = 1;
    }

    @Test
    void pointsAtAStaticMethod() {
        Fn<Integer, Integer> reference = LambdaTest::twice;

        assertThat(MethodPointer.of(reference))
                .isEqualTo(new MethodPointer(LambdaTest.class.getName(), "twice", "(I)I", false, List.of()));
    }

    @Test
    void pointsAtAMethodOfAGivenObject() {
        StringBuilder builder = new StringBuilder("x");
        Fn<String, Object> reference = builder::append;

        MethodPointer pointer = MethodPointer.of(reference);

        assertThat(pointer.className()).isEqualTo("java.lang.StringBuilder");
        assertThat(pointer.methodName()).isEqualTo("append");
        assertThat(pointer.captured()).hasSize(1);
        assertThat(pointer.captured().get(0)).isSameAs(builder);
    }

    @Test
    void pointsAtAMethodOfTheFirstArgument() {
        Fn2<LambdaTest, String, String> reference = LambdaTest::greet;

        assertThat(MethodPointer.of(reference))
                .isEqualTo(new MethodPointer(
                        LambdaTest.class.getName(),
                        "greet",
                        "(Ljava/lang/String;)Ljava/lang/String;",
                        false,
                        List.of()));
    }

    @Test
    void pointsAtAConstructor() {
        Source<List<String>> reference = ArrayList::new;

        assertThat(MethodPointer.of(reference))
                .isEqualTo(new MethodPointer("java.util.ArrayList", "<init>", "()V", true, List.of()));
    }

    @Test
    void tellsTheCapturedValuesOfEachLambdaOfAClass() {
        for (@Nullable String captured : new @Nullable String[] {"a", null, "b"}) {
            Fn<String, String> lambda = argument -> argument + captured;

            MethodPointer pointer = MethodPointer.of(lambda);

            assertThat(pointer.methodName()).startsWith("lambda$");
            assertThat(pointer.captured()).containsExactly(captured);
        }
    }

    @Test
    void remembersAPointerThatCapturesNothing() {
        Fn<Integer, Integer> reference = LambdaTest::twice;

        assertThat(MethodPointer.of(reference)).isSameAs(MethodPointer.of(reference));
    }

    @Test
    void pointsAtNothingElse() {
        assertThatThrownBy(() -> MethodPointer.of(new NotALambda()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("method reference or a serializable lambda")
                .hasMessageContaining("NotALambda");
        assertThatThrownBy(() -> MethodPointer.of("text")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void carriesLambdasAndMethodReferences() {
        String captured = "!";
        Fn<String, String> lambda = argument -> argument + captured;
        Fn<Integer, Integer> reference = LambdaTest::twice;
        Fn<String, Integer> ofTheJdk = Integer::parseInt;

        assertThat(copy(lambda).apply("a")).isEqualTo("a!");
        assertThat(copy(reference).apply(4)).isEqualTo(8);
        assertThat(copy(ofTheJdk).apply("5")).isEqualTo(5);
    }

    @Test
    void carriesWhatALambdaCaptures() {
        List<String> list = new ArrayList<>();
        Source<List<String>> lambda = () -> list;

        Object[] arrived = copy(new Object[] {list, lambda});

        assertThat(((Source<?>) arrived[1]).get()).isSameAs(arrived[0]);
    }

    @Test
    void carriesComparators() {
        TreeSet<String> set = new TreeSet<>(EverydayValues.byLength().reversed());
        set.addAll(List.of("a", "bbb", "cc"));
        TreeMap<String, Integer> map = new TreeMap<>(EverydayValues.byLength());
        map.put("bbb", 1);
        map.put("a", 2);

        assertThat(copy(set)).containsExactly("bbb", "cc", "a");
        assertThat(copy(map).keySet()).containsExactly("a", "bbb");
    }

    @Test
    void namesTheLambdaWhoseCapturedValueCannotTravel() {
        Thread thread = new Thread();
        Source<Object> lambda = () -> thread;

        assertThatThrownBy(() -> codec.encode(new Object[] {lambda}))
                .isInstanceOfSatisfying(EncodingException.class, e -> {
                    assertThat(e.path()).isEqualTo("[0].captured[0]");
                    assertThat(e.type()).isEqualTo("java.lang.Thread");
                });
    }

    @SuppressWarnings("unchecked")
    private <T> T copy(T value) {
        return (T) codec.decode(codec.encode(value));
    }
}
