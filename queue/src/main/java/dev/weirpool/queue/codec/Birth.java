package dev.weirpool.queue.codec;

import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;
import org.objenesis.instantiator.ObjectInstantiator;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Makes empty objects of a class. One that is {@link Serializable} says that it is meant to travel: it is made by its constructor without
 * parameters, if it has one, so that transient and new fields get their initial values. All others are made past their constructors: a
 * message must not be able to open the port that a server opens in its own.
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
        Constructor<?> constructor = Serializable.class.isAssignableFrom(type) ? constructor(type) : null;
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
