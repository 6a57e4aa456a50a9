package dev.weirpool.queue;

import dev.weirpool.queue.codec.MethodPointer;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A method and the arguments to call it with, somewhere else.
 *
 * <p>Made from a method reference, {@code Task.of(Tasks::checksum, path)}, or from a lambda. It travels as class, method and
 * descriptor, so a method reference outlives a new build of the program; a lambda only means something to the very build it
 * was compiled in. What a lambda captures travels with it.
 *
 * <p>A lambda of one argument or more whose body is a single call could mean a {@code Call} or a {@code Run}, and the compiler
 * asks which: name the parameter's type, {@code (Path p) -> checksum(p)}, or use a method reference.
 *
 * @param <R> what the method returns; {@link Void} if nothing
 */
public final class Task<R> {

    /** How the arguments are meant. */
    enum Kind {
        /** One call with the arguments. */
        CALL,
        /** One call for each argument; the result is the list of their outcomes. */
        MAP,
        /** One call for each argument, which is an array of arguments; the result is the list of their outcomes. */
        STARMAP,
        /** One call of the only method of that name that takes so many arguments. */
        NAMED,
        /** The same, with a map of arguments by parameter name. */
        KEYWORDS
    }

    private final Kind kind;
    private final String className;
    private final String methodName;
    private final String descriptor;
    private final @Nullable Object[] captured;
    private final @Nullable Object[] arguments;

    Task(
            Kind kind,
            String className,
            String methodName,
            String descriptor,
            @Nullable Object[] captured,
            @Nullable Object[] arguments) {
        this.kind = kind;
        this.className = className;
        this.methodName = methodName;
        this.descriptor = descriptor;
        this.captured = captured;
        this.arguments = arguments;
    }

    private static <R> Task<R> pointing(Serializable function, Kind kind, @Nullable Object... arguments) {
        var pointer = MethodPointer.of(function);
        return new Task<>(
                kind,
                pointer.className(),
                pointer.methodName(),
                pointer.descriptor(),
                pointer.captured().toArray(),
                arguments);
    }

    /** A call of {@code function}. */
    public static <R> Task<R> of(Call0<R> function) {
        return pointing(function, Kind.CALL);
    }

    /** A call of {@code function}. */
    public static Task<Void> of(Run0 function) {
        return pointing(function, Kind.CALL);
    }

    /** A call of {@code function}. */
    public static <A, R> Task<R> of(Call1<A, R> function, A a) {
        return pointing(function, Kind.CALL, a);
    }

    /** A call of {@code function}. */
    public static <A> Task<Void> of(Run1<A> function, A a) {
        return pointing(function, Kind.CALL, a);
    }

    /** A call of {@code function}. */
    public static <A, B, R> Task<R> of(Call2<A, B, R> function, A a, B b) {
        return pointing(function, Kind.CALL, a, b);
    }

    /** A call of {@code function}. */
    public static <A, B> Task<Void> of(Run2<A, B> function, A a, B b) {
        return pointing(function, Kind.CALL, a, b);
    }

    /** A call of {@code function}. */
    public static <A, B, C, R> Task<R> of(Call3<A, B, C, R> function, A a, B b, C c) {
        return pointing(function, Kind.CALL, a, b, c);
    }

    /** A call of {@code function}. */
    public static <A, B, C> Task<Void> of(Run3<A, B, C> function, A a, B b, C c) {
        return pointing(function, Kind.CALL, a, b, c);
    }

    /** A call of {@code function}. */
    public static <A, B, C, D, R> Task<R> of(Call4<A, B, C, D, R> function, A a, B b, C c, D d) {
        return pointing(function, Kind.CALL, a, b, c, d);
    }

    /** A call of {@code function}. */
    public static <A, B, C, D> Task<Void> of(Run4<A, B, C, D> function, A a, B b, C c, D d) {
        return pointing(function, Kind.CALL, a, b, c, d);
    }

    /** A call of {@code function}. */
    public static <A, B, C, D, E, R> Task<R> of(Call5<A, B, C, D, E, R> function, A a, B b, C c, D d, E e) {
        return pointing(function, Kind.CALL, a, b, c, d, e);
    }

    /** A call of {@code function}. */
    public static <A, B, C, D, E> Task<Void> of(Run5<A, B, C, D, E> function, A a, B b, C c, D d, E e) {
        return pointing(function, Kind.CALL, a, b, c, d, e);
    }

    /**
     * A call of the method named by text, for example {@code com.acme.Tasks::checksum}: the only one of that name with so many
     * parameters. Text arguments are converted to numbers, booleans, enums, paths, durations and the like as the method needs.
     *
     * @throws IllegalArgumentException if {@code name} has not that form
     */
    public static Task<Object> named(String name, @Nullable Object... arguments) {
        var parts = parts(name);
        return new Task<>(Kind.NAMED, parts[0], parts[1], "", new Object[0], arguments);
    }

    /**
     * The same, with arguments by the names of the method's parameters; its class must be compiled with {@code -parameters}.
     *
     * @throws IllegalArgumentException if {@code name} has not that form
     */
    public static Task<Object> named(String name, Map<String, ?> arguments) {
        var parts = parts(name);
        return new Task<>(Kind.KEYWORDS, parts[0], parts[1], "", new Object[0], new Object[] {
            new TreeMap<>(arguments) // the same task has the same bytes
        });
    }

    /** A call of {@code function} for each of {@code items}, in order; the result is the list of their outcomes. */
    public static Task<List<Outcome>> map(Call1<?, ?> function, List<?> items) {
        return pointing(function, Kind.MAP, items.toArray());
    }

    /** A call of {@code function}, a {@code Call2} to {@code Call5}, for each of {@code items}. */
    public static Task<List<Outcome>> starmap(Serializable function, List<? extends Args> items) {
        return pointing(
                function, Kind.STARMAP, items.stream().map(Args::toArray).toArray());
    }

    private static String[] parts(String name) {
        var parts = name.split("::", -1);
        if (parts.length != 2 || parts[0].isBlank() || parts[1].isBlank()) {
            throw new IllegalArgumentException("not the name of a task: '" + name
                    + "'; write package.Class::method, as in com.acme.Tasks::checksum");
        }
        return parts;
    }

    /** The readable name, for example {@code com.acme.Tasks::checksum}. */
    public String name() {
        return className + "::" + methodName;
    }

    Kind kind() {
        return kind;
    }

    String className() {
        return className;
    }

    String methodName() {
        return methodName;
    }

    String descriptor() {
        return descriptor;
    }

    @Nullable
    Object[] captured() {
        return captured;
    }

    @Nullable
    Object[] arguments() {
        return arguments;
    }

    @Override
    public String toString() {
        return name() + " with " + arguments.length + (arguments.length == 1 ? " argument" : " arguments");
    }

    /** A method of no arguments that returns a value. */
    @FunctionalInterface
    public interface Call0<R> extends Callable<R>, Serializable {
        @Override
        R call() throws Exception;
    }

    /** A method of no arguments that returns nothing. */
    @FunctionalInterface
    public interface Run0 extends Serializable {
        void run() throws Exception;
    }

    /** A method of one argument that returns a value. */
    @FunctionalInterface
    public interface Call1<A, R> extends Serializable {
        R call(A a) throws Exception;
    }

    /** A method of one argument that returns nothing. */
    @FunctionalInterface
    public interface Run1<A> extends Serializable {
        void run(A a) throws Exception;
    }

    /** A method of two arguments that returns a value. */
    @FunctionalInterface
    public interface Call2<A, B, R> extends Serializable {
        R call(A a, B b) throws Exception;
    }

    /** A method of two arguments that returns nothing. */
    @FunctionalInterface
    public interface Run2<A, B> extends Serializable {
        void run(A a, B b) throws Exception;
    }

    /** A method of three arguments that returns a value. */
    @FunctionalInterface
    public interface Call3<A, B, C, R> extends Serializable {
        R call(A a, B b, C c) throws Exception;
    }

    /** A method of three arguments that returns nothing. */
    @FunctionalInterface
    public interface Run3<A, B, C> extends Serializable {
        void run(A a, B b, C c) throws Exception;
    }

    /** A method of four arguments that returns a value. */
    @FunctionalInterface
    public interface Call4<A, B, C, D, R> extends Serializable {
        R call(A a, B b, C c, D d) throws Exception;
    }

    /** A method of four arguments that returns nothing. */
    @FunctionalInterface
    public interface Run4<A, B, C, D> extends Serializable {
        void run(A a, B b, C c, D d) throws Exception;
    }

    /** A method of five arguments that returns a value. */
    @FunctionalInterface
    public interface Call5<A, B, C, D, E, R> extends Serializable {
        R call(A a, B b, C c, D d, E e) throws Exception;
    }

    /** A method of five arguments that returns nothing. */
    @FunctionalInterface
    public interface Run5<A, B, C, D, E> extends Serializable {
        void run(A a, B b, C c, D d, E e) throws Exception;
    }
}
