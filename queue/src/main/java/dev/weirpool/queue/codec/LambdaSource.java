package dev.weirpool.queue.codec;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Asks a serializable lambda or method reference where it comes from, through the {@code writeReplace} that the
 * compiler gave its class. Only public methods of {@link SerializedLambda} are used, so no JDK package must be opened.
 */
final class LambdaSource {
    private static final ClassValue<LambdaSource> SOURCES = new ClassValue<>() {
        @Override
        protected LambdaSource computeValue(Class<?> type) {
            return new LambdaSource(replacer(type));
        }
    };

    private final @Nullable Method replacer;

    private LambdaSource(@Nullable Method replacer) {
        this.replacer = replacer;
    }

    /** Returns null if it is neither a serializable lambda nor a method reference. */
    static @Nullable SerializedLambda of(Object lambda) {
        Method replacer = SOURCES.get(lambda.getClass()).replacer;
        if (replacer == null) {
            return null;
        }
        try {
            return replacer.invoke(lambda) instanceof SerializedLambda source ? source : null;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException("cannot ask " + lambda.getClass().getName() + " for its method", e);
        }
    }

    private static @Nullable Method replacer(Class<?> type) {
        if (!type.isSynthetic()) {
            return null;
        }
        try {
            Method replacer = type.getDeclaredMethod("writeReplace");
            return replacer.trySetAccessible() ? replacer : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
