package dev.weirpool.queue;

import dev.weirpool.queue.codec.AllowList;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An exception as data: this is how one crosses between processes. It is never deserialized, only rebuilt through a constructor.
 *
 * @param className the exception's class
 * @param message its message, cut at 32 KiB
 * @param frames its stack, the innermost first, at most 256 of them
 * @param cause what caused it, at most eight deep
 * @param where the process it was thrown in, for example {@code worker 4711 on build-3}
 */
public record Failure(
        String className,
        @Nullable String message,
        List<Frame> frames,
        @Nullable Failure cause,
        String where) {

    private static final int MAX_TEXT = 32 * 1024;
    private static final int MAX_FRAMES = 256;
    private static final int MAX_CAUSES = 8;

    /** One line of a stack; {@code line} is negative where it is not known. */
    public record Frame(
            String className, String methodName, @Nullable String file, int line) {

        static Frame of(StackTraceElement element) {
            return new Frame(
                    element.getClassName(), element.getMethodName(), element.getFileName(), element.getLineNumber());
        }

        StackTraceElement toElement() {
            return new StackTraceElement(className, methodName, file, line);
        }
    }

    public Failure {
        frames = List.copyOf(frames);
    }

    /** Takes down {@code thrown}, which happened in this process, called {@code where}. */
    public static Failure of(Throwable thrown, String where) {
        return of(thrown, where, MAX_CAUSES);
    }

    private static Failure of(Throwable thrown, String where, int causes) {
        if (thrown instanceof TaskFailedException failed && failed.failure().isPresent()) {
            return failed.failure().get(); // it has come from further away already
        }
        var cause = thrown.getCause();
        return new Failure(
                thrown.getClass().getName(),
                cut(messageOf(thrown)),
                framesOf(thrown),
                cause == null || causes == 0 ? null : of(cause, where, causes - 1),
                where);
    }

    /** The same, caused by {@code cause}. */
    public Failure causedBy(Failure cause) {
        return new Failure(className, message, frames, cause, where);
    }

    /** The stack down to the task's own method: how the worker got there is of no use to its author. */
    private static List<Frame> framesOf(Throwable thrown) {
        var stack = List.of(thrown.getStackTrace());
        var end = IntStream.range(0, stack.size())
                .filter(i -> stack.get(i).getClassName().equals(Invocation.class.getName()))
                .findFirst()
                .orElse(stack.size());
        while (end > 0 && end < stack.size() && isReflection(stack.get(end - 1).getClassName())) {
            end--;
        }
        return stack.subList(0, Math.min(end, MAX_FRAMES)).stream()
                .map(Frame::of)
                .toList();
    }

    private static boolean isReflection(String className) {
        return className.startsWith("java.lang.reflect.")
                || className.startsWith("jdk.internal.reflect.")
                || className.startsWith("java.lang.invoke.");
    }

    /** A failure that no exception stands for, such as the death of a worker. */
    public static Failure of(String message, String where) {
        return new Failure(TaskFailedException.class.getName(), cut(message), List.of(), null, where);
    }

    private static @Nullable String messageOf(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (RuntimeException e) { // a getMessage of the user's own
            return "(its message could not be had: " + e.getClass().getName() + ")";
        }
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
    }

    /**
     * The exception again: of the same type where its class is one of Java's or allowed, can be loaded here and has a constructor for a
     * message, else a {@link TaskFailedException}. Its cause is a {@link RemoteStackTrace} with the stack it was thrown with.
     */
    public Throwable rebuild(AllowList allowed) {
        var remote = remoteStack(allowed);
        return sameType(remote, allowed).orElseGet(() -> new TaskFailedException(this, remote));
    }

    private RemoteStackTrace remoteStack(AllowList allowed) {
        return new RemoteStackTrace(
                "thrown in " + where + ": " + this, elements(), cause == null ? null : cause.rebuildCause(allowed));
    }

    /** A cause keeps the stack it had, and its own causes directly. */
    private Throwable rebuildCause(AllowList allowed) {
        var deeper = cause == null ? null : cause.rebuildCause(allowed);
        var rebuilt = sameType(deeper, allowed).orElseGet(() -> new TaskFailedException(this, deeper));
        rebuilt.setStackTrace(elements());
        return rebuilt;
    }

    private Optional<Throwable> sameType(@Nullable Throwable cause, AllowList allowed) {
        var loader = Thread.currentThread().getContextClassLoader();
        if (className.equals(TaskFailedException.class.getName()) || !allowed.allowsException(className, loader)) {
            return Optional.empty();
        }
        try {
            var type = Class.forName(className, false, loader);
            if (!Throwable.class.isAssignableFrom(type)) {
                return Optional.empty();
            }
            return Arrays.stream(type.getDeclaredConstructors())
                    .filter(constructor -> takesMessage(constructor.getParameterTypes()))
                    .sorted(Comparator.comparingInt(Constructor::getParameterCount))
                    .flatMap(constructor -> construct(constructor, cause).stream())
                    .findFirst();
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }

    private static boolean takesMessage(Class<?>[] types) {
        return (types.length == 1 && (types[0] == String.class || types[0] == Object.class))
                || (types.length == 2 && types[0] == String.class && types[1] == Throwable.class);
    }

    private Optional<Throwable> construct(Constructor<?> constructor, @Nullable Throwable cause) {
        try {
            constructor.setAccessible(true);
            if (constructor.getParameterCount() == 2) {
                return Optional.of((Throwable) constructor.newInstance(message, cause));
            }
            var rebuilt = (Throwable) constructor.newInstance(message);
            if (cause != null) {
                rebuilt.initCause(cause);
            }
            return Optional.of(rebuilt);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty(); // a constructor that wants more than a message: the type cannot be had back
        }
    }

    private StackTraceElement[] elements() {
        return frames.stream().map(Frame::toElement).toArray(StackTraceElement[]::new);
    }

    /** Class, message, stack and causes, as {@link Throwable#printStackTrace()} writes them. */
    public String stackAsText() {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        var title = "";
        for (var failure = this; failure != null; failure = failure.cause) {
            out.println(title + failure);
            failure.frames.forEach(frame -> out.println("\tat " + frame.toElement()));
            title = "Caused by: ";
        }
        out.flush();
        return text.toString();
    }

    @Override
    public String toString() {
        return message == null ? className : className + ": " + message;
    }
}
