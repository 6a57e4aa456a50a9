package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Types that travel as other data. */
class SurrogateTest {
    private record Failure(String type, String message) {
        static Failure of(Throwable thrown) {
            return new Failure(thrown.getClass().getName(), String.valueOf(thrown.getMessage()));
        }

        Throwable rebuild() {
            return new IllegalStateException(type + ": " + message);
        }
    }

    private final Codec codec =
            new Codec(new Surrogate<>(Throwable.class, Failure.class, Failure::of, Failure::rebuild));

    @Test
    void appliesToAllSubclasses() {
        Object arrived = codec.decode(codec.encode(List.of(new UncheckedIOException("lost", new IOException()))));

        assertThat(((List<?>) arrived).get(0))
                .isInstanceOf(IllegalStateException.class)
                .hasToString("java.lang.IllegalStateException: java.io.UncheckedIOException: lost");
    }

    @Test
    void keepsTheIdentityOfWhatItStandsFor() {
        Exception thrown = new Exception("x");

        Object[] arrived = (Object[]) codec.decode(codec.encode(new Object[] {thrown, thrown}));

        assertThat(arrived[0]).isSameAs(arrived[1]);
    }

    @Test
    void comesBeforeTheRulesForAType() {
        Codec threads = new Codec(new Surrogate<>(Thread.class, String.class, Thread::getName, Thread::new));

        Thread arrived = (Thread) threads.decode(threads.encode(new Thread("worker")));

        assertThat(arrived.getName()).isEqualTo("worker");
    }

    @Test
    void isNeededOnBothSides() {
        assertThatThrownBy(() -> new Codec().decode(codec.encode(new Exception("x"))))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("no surrogate for java.lang.Throwable");
    }

    @Test
    void mayEncodeSomethingItself() {
        Codec inner = new Codec();
        Codec outer = new Codec(new Surrogate<>(
                StringBuilder.class,
                byte[].class,
                builder -> inner.encode(builder.toString()),
                bytes -> new StringBuilder((String) inner.decode(bytes))));

        assertThat(outer.decode(outer.encode(List.of(new StringBuilder("a"))))).hasToString("[a]");
    }

    @Test
    void mayFail() {
        Codec failing = new Codec(new Surrogate<>(
                StringBuilder.class,
                String.class,
                builder -> {
                    throw new IllegalStateException("not today");
                },
                StringBuilder::new));

        assertThatThrownBy(() -> failing.encode(new Object[] {new StringBuilder()}))
                .isInstanceOf(EncodingException.class)
                .hasMessageContaining("[0] holds a java.lang.StringBuilder")
                .hasMessageContaining("not today")
                .hasRootCauseMessage("not today");
    }
}
