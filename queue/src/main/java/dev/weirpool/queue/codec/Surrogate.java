package dev.weirpool.queue.codec;

import java.util.Objects;
import java.util.function.Function;

/**
 * A type that travels as other data: a {@code T} is written as a {@code D} and read back from it.
 *
 * <p>It applies to {@code T} and all its subclasses and comes before everything else a {@link Codec} knows about them,
 * so it can also carry types that are otherwise refused: exceptions as data, a shared queue as its name. Both sides
 * must have a surrogate for the same {@code T}; it is found by the name of {@code T}. The functions are called by many
 * threads at once.
 *
 * @param type what the application holds
 * @param data what travels instead; any type the codec can carry
 * @param write turns a {@code T} into a {@code D}
 * @param read turns a {@code D} into a {@code T}
 */
public record Surrogate<T, D>(Class<T> type, Class<D> data, Function<T, D> write, Function<D, T> read) {
    /** Checks that all four are there. */
    public Surrogate {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(write, "write");
        Objects.requireNonNull(read, "read");
    }

    D toData(Object value) {
        return data.cast(write.apply(type.cast(value)));
    }

    T fromData(Object value) {
        return type.cast(read.apply(data.cast(value)));
    }
}
