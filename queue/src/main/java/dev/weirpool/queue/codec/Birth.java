package dev.weirpool.queue.codec;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;
import org.objenesis.instantiator.ObjectInstantiator;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Makes empty objects of a class: by its constructor without parameters, so that transient and new fields get their
 * initial values, or past all constructors if it has none.
 */
final class Birth implements ObjectInstantiator<Object> {
    private final Constructor<?> constructor;

    private Birth(Constructor<?> constructor) {
        this.constructor = constructor;
    }

    static ObjectInstantiator<?> of(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            throw new DecodingException(type.getName() + " is abstract, but the message contains an object of it");
        }
        Constructor<?> constructor = constructor(type);
        return constructor != null ? new Birth(constructor) : new StdInstantiatorStrategy().newInstantiatorOf(type);
    }

    /** Returns the constructor without parameters, whoever may call it. */
    static @Nullable Constructor<?> constructor(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    @Override
    public Object newInstance() {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            String type = constructor.getDeclaringClass().getName();
            throw new DecodingException("the constructor of " + type + " threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new DecodingException(
                    "cannot make a " + constructor.getDeclaringClass().getName(), e);
        }
    }
}
