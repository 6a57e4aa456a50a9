package dev.weirpool.scheduler;

import dev.weirpool.queue.Invocation;
import dev.weirpool.queue.Task;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether there is such a task. */
final class TaskCheck {

    private TaskCheck() {}

    /**
     * What is wrong with {@code task}; nothing if it can be called.
     *
     * @param names the names of its arguments, if it gives them by name
     */
    static Optional<String> problem(Task<?> task, List<String> names, ClassLoader loader) {
        var parts = task.name().split("::", 2);
        Class<?> owner;
        try {
            owner = Class.forName(parts[0], false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.of("there is no class " + parts[0] + " on the class path" + nested(parts[0], loader));
        }
        try {
            Invocation.check(task, owner);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + suggestion(owner, parts[1], names));
        } catch (LinkageError e) {
            return Optional.of("class " + parts[0] + " cannot be read: " + e + "; is the class path complete?");
        }
    }

    /** A class within a class is named with a dollar sign, which is easily forgotten. */
    private static String nested(String name, ClassLoader loader) {
        var dot = name.lastIndexOf('.');
        if (dot < 0) {
            return "";
        }
        var meant = name.substring(0, dot) + "$" + name.substring(dot + 1);
        try {
            Class.forName(meant, false, loader);
            return "; did you mean " + meant + "?";
        } catch (ClassNotFoundException | LinkageError e) {
            return "";
        }
    }

    private static String suggestion(Class<?> owner, String method, List<String> names) {
        var sameName =
                methods(owner).filter(other -> other.getName().equals(method)).toList();
        if (sameName.isEmpty()) {
            var known = methods(owner).map(Method::getName).distinct().sorted().toList();
            return Suggestion.of(method, known) + (known.isEmpty() ? "" : "; it has " + Words.list(known));
        }
        var parameters = sameName.stream()
                .flatMap(other -> Arrays.stream(other.getParameters()))
                .filter(Parameter::isNamePresent)
                .map(Parameter::getName)
                .distinct()
                .toList();
        return names.stream()
                .filter(name -> !parameters.contains(name))
                .map(name -> Suggestion.of(name, parameters).replace("did you mean", "for '" + name + "' did you mean"))
                .reduce("", String::concat);
    }

    private static Stream<Method> methods(Class<?> owner) {
        return Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
                .filter(method -> !method.isSynthetic());
    }
}
