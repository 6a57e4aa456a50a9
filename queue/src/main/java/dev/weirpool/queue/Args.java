package dev.weirpool.queue;

import org.jspecify.annotations.Nullable;

/** The arguments of one call, for methods of two to five: {@code pool.starmap(Tasks::add, List.of(Args.of(1, 2), Args.of(3, 4)))}. */
public sealed interface Args {

    /** The arguments in order. */
    @Nullable
    Object[] toArray();

    static <A, B> Two<A, B> of(A a, B b) {
        return new Two<>(a, b);
    }

    static <A, B, C> Three<A, B, C> of(A a, B b, C c) {
        return new Three<>(a, b, c);
    }

    static <A, B, C, D> Four<A, B, C, D> of(A a, B b, C c, D d) {
        return new Four<>(a, b, c, d);
    }

    static <A, B, C, D, E> Five<A, B, C, D, E> of(A a, B b, C c, D d, E e) {
        return new Five<>(a, b, c, d, e);
    }

    /** Two arguments. */
    record Two<A, B>(A a, B b) implements Args {
        @Override
        public @Nullable Object[] toArray() {
            return new Object[] {a, b};
        }
    }

    /** Three arguments. */
    record Three<A, B, C>(A a, B b, C c) implements Args {
        @Override
        public @Nullable Object[] toArray() {
            return new Object[] {a, b, c};
        }
    }

    /** Four arguments. */
    record Four<A, B, C, D>(A a, B b, C c, D d) implements Args {
        @Override
        public @Nullable Object[] toArray() {
            return new Object[] {a, b, c, d};
        }
    }

    /** Five arguments. */
    record Five<A, B, C, D, E>(A a, B b, C c, D d, E e) implements Args {
        @Override
        public @Nullable Object[] toArray() {
            return new Object[] {a, b, c, d, e};
        }
    }
}
