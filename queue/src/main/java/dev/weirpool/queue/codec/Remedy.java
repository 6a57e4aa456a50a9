package dev.weirpool.queue.codec;

import java.lang.reflect.Proxy;

/** What to do about a type that cannot travel. Read only when it has been refused. */
final class Remedy {
    private Remedy() {}

    static String of(Class<?> type) {
        String name = type.getName();
        if (name.equals("java.lang.Class")) {
            return "pass the name of the class";
        }
        if (name.equals("java.net.URL")) {
            return "pass a java.net.URI (comparing URLs asks the network)";
        }
        if (name.startsWith("java.net.Inet")) {
            return "pass the host name as a String";
        }
        if (name.startsWith("java.sql.")) {
            return "pass a java.time.Instant, LocalDate or LocalTime";
        }
        if (Throwable.class.isAssignableFrom(type)) {
            return "pass its message and stack trace, or give the codec a Surrogate for it";
        }
        if (java.util.Comparator.class.isAssignableFrom(type) && type.isHidden()) {
            return "write it as a lambda of your own that is cast to Comparator<…> & Serializable";
        }
        if (type.isHidden()) {
            return "cast it to an interface that extends Serializable, as in (Runnable & Serializable) () -> …";
        }
        if (Proxy.isProxyClass(type)) {
            return "pass data to build the proxy from";
        }
        if (java.nio.Buffer.class.isAssignableFrom(type)) {
            return "pass its content as an array";
        }
        if (java.util.Collection.class.isAssignableFrom(type)) {
            return "copy it into an ArrayList or another common collection";
        }
        if (java.util.Map.class.isAssignableFrom(type)) {
            return "copy it into a HashMap or another common map";
        }
        return "pass data to build it from";
    }
}
