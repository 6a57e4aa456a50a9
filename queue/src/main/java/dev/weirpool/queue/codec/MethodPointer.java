package dev.weirpool.queue.codec;

import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a method reference or serializable lambda points at.
 *
 * <p>For a lambda that is the method the compiler made of its body, with a name like {@code lambda$main$0} that another
 * build may give to another lambda; a method reference points at the method it names.
 *
 * @param className the class that has the method, as in {@link Class#getName}
 * @param methodName the method, or {@code <init>}
 * @param descriptor its parameters and result as in the class file: {@code (Ljava/lang/String;)J}
 * @param constructor whether calling it makes a new object ({@code ArrayList::new})
 * @param captured what it holds on to, in the order of its first parameters: for a reference to a method of an object,
 *     that object; may contain null
 */
public record MethodPointer(
        String className, String methodName, String descriptor, boolean constructor, List<@Nullable Object> captured) {

    /** What is the same for all lambdas of one class: everything, if they capture nothing. Null before the first. */
    private static final ClassValue<@Nullable MethodPointer[]> KNOWN = new ClassValue<>() {
        @Override
        protected @Nullable MethodPointer[] computeValue(Class<?> type) {
            return new @Nullable MethodPointer[1];
        }
    };

    /** Copies the captured values. */
    public MethodPointer {
        // not List.copyOf, which would refuse nulls
        captured = captured.isEmpty() ? List.of() : Collections.unmodifiableList(new ArrayList<>(captured));
    }

    /**
     * Finds out what a serializable lambda or method reference points at; quick after the first one of its class.
     *
     * @throws IllegalArgumentException if it is an object of another kind
     */
    public static MethodPointer of(Serializable lambdaOrMethodReference) {
        @Nullable MethodPointer[] known = KNOWN.get(lambdaOrMethodReference.getClass());
        MethodPointer pointer = known[0];
        if (pointer != null && pointer.captured.isEmpty()) {
            return pointer;
        }
        SerializedLambda source = LambdaSource.of(lambdaOrMethodReference);
        if (source == null) {
            throw new IllegalArgumentException("a task must be a method reference or a serializable lambda, got "
                    + lambdaOrMethodReference.getClass().getName());
        }
        if (pointer == null) {
            pointer = new MethodPointer(
                    source.getImplClass().replace('/', '.'),
                    source.getImplMethodName(),
                    source.getImplMethodSignature(),
                    source.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial,
                    // how many there are is kept, and not what they are: the next one of this class captures others
                    Collections.nCopies(source.getCapturedArgCount(), null));
            known[0] = pointer;
        }
        if (pointer.captured.isEmpty()) {
            return pointer;
        }
        return new MethodPointer(
                pointer.className,
                pointer.methodName,
                pointer.descriptor,
                pointer.constructor,
                Arrays.asList(LambdaForm.captured(source)));
    }
}
