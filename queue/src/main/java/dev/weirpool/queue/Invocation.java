package dev.weirpool.queue;

import dev.weirpool.queue.codec.AllowList;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task whose method has been found in this process, ready to be called. */
public final class Invocation {

    /** Those that were found; as many as there are methods at most. */
    private static final ConcurrentHashMap<Name, Found> FOUND = new ConcurrentHashMap<>();

    private record Name(String className, String methodName, String descriptor) {
        Name(Task<?> task) {
            this(task.className(), task.methodName(), task.descriptor());
        }
    }

    private record Found(Executable method, AllowList allowed) {}

    private final Task<?> task;
    private final Executable method;

    private Invocation(Task<?> task, Executable method) {
        this.task = task;
        this.method = method;
    }

    /**
     * Finds the method that {@code task} names. The class is not even loaded unless it is on the list.
     *
     * @throws IllegalArgumentException if this process has no such class or method, or it may not be called, naming it
     */
    public static Invocation of(Task<?> task, AllowList allowed) {
        var known = FOUND.get(new Name(task));
        if (known != null && known.allowed == allowed) {
            return new Invocation(task, known.method);
        }
        var owner = load(task, allowed);
        if (isNamed(task)) {
            return new Invocation(task, findByName(task, owner));
        }
        var method = find(task, owner, allowed);
        if (descriptorOf(method).equals(task.descriptor())) { // else it is not one of so many
            FOUND.put(new Name(task), new Found(method, allowed));
        }
        return new Invocation(task, method);
    }

    private static boolean isNamed(Task<?> task) {
        return task.kind() == Task.Kind.NAMED || task.kind() == Task.Kind.KEYWORDS;
    }

    /**
     * Checks before a task is sent that those who run it may call its method, as far as that can be told here: a task that was only named
     * may be one that this process does not have.
     *
     * @throws IllegalArgumentException if they may not, naming it
     */
    static void requireAllowed(Task<?> task, AllowList allowed) {
        var loader = Thread.currentThread().getContextClassLoader();
        if (!isNamed(task) && !allowed.allowsCall(task.className(), task.methodName(), loader)) {
            throw new IllegalArgumentException(allowed.callRefusal(task.className(), task.methodName()));
        }
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
            default -> find(task, owner, AllowList.ofProgram());
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

    /** By the text of its parameters: no class that is only named there is loaded. */
    private static Executable find(Task<?> task, Class<?> owner, AllowList allowed) {
        var descriptor = task.descriptor();
        var parameters = descriptor.substring(0, descriptor.indexOf(')') + 1);
        var found = task.methodName().equals("new")
                ? Stream.<Executable>of(owner.getDeclaredConstructors())
                        .filter(each -> parametersOf(each).equals(parameters))
                        .findFirst()
                : method(owner, task.methodName(), descriptor, parameters);
        var method = found.orElseThrow(() -> new IllegalArgumentException("class " + task.className()
                + " of this worker has no method " + task.methodName() + descriptor
                + "; do client and worker run the same build?"));
        var declaring = method.getDeclaringClass();
        if (!allowed.allowsCall(declaring.getName(), method.getName(), declaring.getClassLoader())) {
            throw new IllegalArgumentException(
                    task.name() + " is inherited: " + allowed.callRefusal(declaring.getName(), method.getName()));
        }
        return accessible(method);
    }

    private static Optional<Executable> method(Class<?> owner, String name, String descriptor, String parameters) {
        for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
            var declared = fitting(type.getDeclaredMethods(), name, descriptor, parameters);
            if (declared.isPresent()) {
                return declared;
            }
        }
        return fitting(owner.getMethods(), name, descriptor, parameters);
    }

    /** The one with that very descriptor, else, as its result may be another since, with those parameters. */
    private static Optional<Executable> fitting(Method[] methods, String name, String descriptor, String parameters) {
        var some = Arrays.stream(methods)
                .filter(method ->
                        method.getName().equals(name) && parametersOf(method).equals(parameters))
                .toList();
        return some.stream()
                .filter(method -> descriptorOf(method).equals(descriptor))
                .findFirst()
                .or(() -> some.stream().filter(method -> !method.isBridge()).findFirst())
                .map(Executable.class::cast);
    }

    private static String descriptorOf(Executable method) {
        var result = method instanceof Method returning ? returning.getReturnType() : void.class;
        return parametersOf(method) + result.descriptorString();
    }

    private static String parametersOf(Executable method) {
        return Arrays.stream(method.getParameterTypes())
                .map(Class::descriptorString)
                .collect(Collectors.joining("", "(", ")"));
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

    private static Class<?> load(Task<?> task, AllowList allowed) {
        var loader = Thread.currentThread().getContextClassLoader();
        var name = task.className();
        var mayBeCalled = allowed.allowsCall(name, task.methodName(), loader);
        if (!mayBeCalled && allowed.isThere(name, loader)) {
            throw new IllegalArgumentException(allowed.callRefusal(name, task.methodName()));
        }
        try {
            if (mayBeCalled) {
                return Class.forName(name, false, loader);
            }
        } catch (ClassNotFoundException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "no class " + name + " on the class path of this worker; add it with --classpath");
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
