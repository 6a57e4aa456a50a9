package dev.weirpool.queue.codec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EncodingException} in the making. It starts where the fault is and learns the way there while it unwinds,
 * so that a message without a fault pays nothing for it.
 */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_AT_EACH_END = 8;

    private final transient Class<?> type;
    private final String fault;
    private final String remedy;
    private final transient Deque<String> steps = new ArrayDeque<>();
    /** The nearest class of the application around the fault, and how many of the last steps lie within it. */
    private transient @Nullable Class<?> holder;

    private transient int stepsInHolder;

    /** The type, what is wrong with it (completing "holds a …, which …"), and what to do about it. */
    Refusal(Class<?> type, String fault, String remedy) {
        this(type, fault, remedy, null);
    }

    Refusal(Class<?> type, String fault, String remedy, @Nullable Throwable cause) {
        super(fault, cause, false, false);
        this.type = type;
        this.fault = fault;
        this.remedy = remedy;
    }

    /** Something that cannot travel at all. */
    static Refusal of(Class<?> type, String remedy) {
        return new Refusal(type, "cannot travel", remedy);
    }

    /** The fault is within the element with this index. */
    Refusal within(int index) {
        steps.addFirst("[" + index + "]");
        return this;
    }

    /** The fault is within this part of an object of the JDK. */
    Refusal within(String part) {
        steps.addFirst("." + part);
        return this;
    }

    /** The fault is within this field. */
    Refusal within(Class<?> owner, String field) {
        steps.addFirst("." + field);
        if (holder == null) {
            holder = owner;
            stepsInHolder = steps.size();
        }
        return this;
    }

    /** The fault is within a map, at this key or in the value it has. */
    Refusal within(@Nullable Object key, boolean inKey) {
        String shown = key == null || key instanceof String || key instanceof Number || key instanceof Enum<?>
                ? String.valueOf(key)
                : key.getClass().getName();
        steps.addFirst(inKey ? "[key " + shown + "]" : "[" + shown + "]");
        return this;
    }

    EncodingException asException() {
        List<String> all = new ArrayList<>(steps);
        String name = type.getName();
        String place = holder != null
                ? holder.getName() + join(all.subList(all.size() - stepsInHolder, all.size()))
                : join(all);
        String what = ("aeiou".indexOf(name.charAt(0)) >= 0 ? "an " : "a ") + name;
        String message = place.isEmpty()
                ? what + " " + fault + "; " + remedy
                : place + " holds " + what + ", which " + fault + "; "
                        + (holder == null ? "" : "make the field transient, or ") + remedy;
        return new EncodingException(message, withoutDot(join(all)), name, getCause());
    }

    private static String join(List<String> steps) {
        if (steps.size() <= 2 * SHOWN_AT_EACH_END) {
            return String.join("", steps);
        }
        return String.join("", steps.subList(0, SHOWN_AT_EACH_END))
                + "…"
                + String.join("", steps.subList(steps.size() - SHOWN_AT_EACH_END, steps.size()));
    }

    private static String withoutDot(String path) {
        return path.startsWith(".") ? path.substring(1) : path;
    }
}
