package dev.weirpool.queue.codec;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.objenesis.instantiator.ObjectInstantiator;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Makes empty objects of a class: by its constructor without parameters, so that transient and new fields get their
 * initial values, or past all constructors if it has none.
 */
final class Birth {
  private final Class<?> type;
  private final @Nullable Constructor<?> constructor;
  private final @Nullable ObjectInstantiator<?> instantiator;

  Birth(Class<?> type) {
    if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
      throw new DecodingException(type.getName() + " is abstract, but the message contains an object of it");
    }
    this.type = type;
    this.constructor = constructor(type);
    this.instantiator = constructor == null ? new StdInstantiatorStrategy().newInstantiatorOf(type) : null;
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

  Object newObject() {
    if (constructor == null) {
      return Objects.requireNonNull(instantiator).newInstance();
    }
    try {
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new DecodingException("the constructor of " + type.getName() + " threw " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new DecodingException("cannot make a " + type.getName(), e);
    }
  }
}
