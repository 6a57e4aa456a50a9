package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** A class of the application as one message knows it: its name, and its fields once an object of it was met. */
final class ClassMention {
    private final String name;
    private @Nullable Class<?> type;
    private @Nullable Description description;

    ClassMention(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    @Nullable
    Class<?> type(ClassLoader loader, AllowList allowed) {
        if (type == null) {
            type = ClassNames.find(name, loader, allowed);
        }
        return type;
    }

    @Nullable
    Description description() {
        return description;
    }

    void describe(Description description) {
        this.description = description;
    }
}
