package dev.weirpool.queue;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task whose method has been found in this process, ready to be called. */
public final class Invocation {

    private static final ConcurrentHashMap<String, Executable> FOUND = new ConcurrentHashMap<>();

    private final Task<?> task;
    private final Executable method;

    private Invocation(Task<?> task, Executable method) {
        this.task = task;
        this.method = method;
    }

    /**
     * Finds the method that {@code task} names.
     *
     * @throws IllegalArgumentException if this process has no such class or method, naming it
     */
    public static Invocation of(Task<?> task) {
        var named = task.kind() == Task.Kind.NAMED || task.kind() == Task.Kind.KEYWORDS;
        return new Invocation(
                task,
                named
                        ? findByName(task, load(task))
                        : FOUND.computeIfAbsent(task.name() + task.descriptor(), key -> find(task)));
    }

    /**
     * Checks that {@code task} can be called, if its class is known in this process; without running anything of it.
     *
     * @throws IllegalArgumentException if the class has no such method, or the arguments do not fit, naming what is wrong
     */
    public static void checkIfKnown(Task<?> task) {
        Class<?> owner;
        try {
            owner = Class.forName(
                    task.className(), false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return;
        }
        check(task, owner);
    }

    /**
     * Checks that {@code task} can be called, without running anything of it.
     *
     * @param owner the class that it names, of whatever class loader
     * @throws IllegalArgumentException if the class has no such method, or the arguments do not fit, naming what is wrong
     */
    public static void check(Task<?> task, Class<?> owner) {
        switch (task.kind()) {
            case NAMED -> TextArguments.check(findByName(task, owner), task.arguments());
            case KEYWORDS -> {
                var method = findByName(task, owner);
                TextArguments.check(method, new Invocation(task, method).positional((Map<?, ?>) task.arguments()[0]));
            }
            default -> of(task);
        }
    }

    /**
     * Calls it; a chunk is called once for each item, and an item that fails stands in the result as its failure.
     *
     * @param counted runs before each call
     * @param noted turns what an item threw into a failure
     */
    public @Nullable Object call(Runnable counted, Function<Throwable, Failure> noted) throws Exception {
        var arguments = task.arguments();
        return switch (task.kind()) {
            case MAP, STARMAP -> each(arguments, counted, noted);
            case CALL -> {
                counted.run();
                yield invoke(arguments);
            }
            case NAMED -> {
                counted.run();
                yield invoke(TextArguments.convert(method, arguments));
            }
            case KEYWORDS -> {
                counted.run();
                yield invoke(TextArguments.convert(method, positional((Map<?, ?>) arguments[0])));
            }
        };
    }

    private ChunkValues each(@Nullable Object[] items, Runnable counted, Function<Throwable, Failure> noted) {
        var results = new Object[items.length];
        for (var i = 0; i < items.length; i++) {
            counted.run();
            try {
                results[i] = task.kind() == Task.Kind.MAP ? invoke(items[i]) : invoke((Object[]) items[i]);
            } catch (Throwable e) { // one item's failure is its own
                results[i] = noted.apply(e);
            }
        }
        return new ChunkValues(results);
    }

    private @Nullable Object invoke(@Nullable Object... arguments) throws Exception {
        var captured = task.captured();
        var all = captured.length == 0
                ? arguments
                : Stream.concat(Arrays.stream(captured), Arrays.stream(arguments))
                        .toArray();
        try {
            if (method instanceof Constructor<?> constructor) {
                return constructor.newInstance(all);
            }
            if (Modifier.isStatic(method.getModifiers())) {
                return ((Method) method).invoke(null, all);
            }
            return ((Method) method).invoke(all[0], Arrays.copyOfRange(all, 1, all.length));
        } catch (InvocationTargetException e) {
            if (e.getTargetException() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getTargetException(); // nobody extends Throwable itself
        }
    }

    private static Executable find(Task<?> task) {
        var owner = load(task);
        Class<?>[] parameters;
        try {
            parameters = MethodType.fromMethodDescriptorString(task.descriptor(), owner.getClassLoader())
                    .parameterArray();
        } catch (TypeNotPresentException e) {
            throw new IllegalArgumentException(
                    "this worker cannot load " + e.typeName() + ", which " + task.name()
                            + " takes or returns; is its class path complete?",
                    e);
        }
        try {
            return accessible(
                    task.methodName().equals("new")
                            ? owner.getDeclaredConstructor(parameters)
                            : method(owner, task.methodName(), parameters));
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "class " + task.className() + " of this worker has no method " + task.methodName()
                            + task.descriptor() + "; do client and worker run the same build?",
                    e);
        }
    }

    private static Method method(Class<?> owner, String name, Class<?>[] parameters) throws NoSuchMethodException {
        for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
            try {
                return type.getDeclaredMethod(name, parameters);
            } catch (NoSuchMethodException e) {
                // inherited, then
            }
        }
        return owner.getMethod(name, parameters);
    }

    private static Executable accessible(Executable method) {
        var isPublic = Modifier.isPublic(method.getModifiers())
                && Modifier.isPublic(method.getDeclaringClass().getModifiers());
        if (!isPublic) {
            method.setAccessible(true);
        }
        return method;
    }

    private static Executable findByName(Task<?> task, Class<?> owner) {
        var count =
                task.kind() == Task.Kind.KEYWORDS ? ((Map<?, ?>) task.arguments()[0]).size() : task.arguments().length;
        var sameName = Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> method.getName().equals(task.methodName()) && !method.isSynthetic())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .toList();
        var fitting = sameName.stream()
                .filter(method -> method.getParameterCount() == count)
                .toList();
        if (fitting.size() == 1) {
            return accessible(fitting.get(0));
        }
        if (sameName.isEmpty()) {
            throw new IllegalArgumentException(
                    "class " + task.className() + " has no static method named " + task.methodName());
        }
        throw new IllegalArgumentException(
                fitting.isEmpty()
                        ? task.name() + " does not take " + count + (count == 1 ? " argument" : " arguments")
                                + "; there is " + sameName.get(0)
                        : "there are " + fitting.size() + " methods " + task.name() + " of " + count
                                + " arguments; name one that is alone");
    }

    private static Class<?> load(Task<?> task) {
        try {
            return Class.forName(task.className(), false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "no class " + task.className() + " on the class path of this worker; add it with --classpath", e);
        }
    }

    private @Nullable Object[] positional(Map<?, ?> byName) {
        var parameters = method.getParameters();
        var missing = Arrays.stream(parameters)
                .map(Parameter::getName)
                .filter(name -> !byName.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            var hint = parameters[0].isNamePresent() ? "" : "; compile its class with -parameters";
            throw new IllegalArgumentException(
                    task.name() + " takes " + missing.get(0) + ", which was not given: got " + byName.keySet() + hint);
        }
        return Arrays.stream(parameters)
                .map(parameter -> byName.get(parameter.getName()))
                .toArray();
    }
}
