package dev.weirpool.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The schedules that a file declares. It is right as a whole or refused as a whole, with all mistakes at once, each with its line and
 * column.
 *
 * @param queues what is to be put on each queue
 */
public record ScheduleFile(Map<String, List<ScheduledTask>> queues) {

    /** Copies it, keeping the order. */
    public ScheduleFile {
        var copy = new LinkedHashMap<String, List<ScheduledTask>>();
        queues.forEach((queue, tasks) -> copy.put(queue, List.copyOf(tasks)));
        queues = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads {@code file}, without asking whether there are such tasks.
     *
     * @throws IllegalArgumentException if it has mistakes, naming all
     * @throws UncheckedIOException if there is no such file
     */
    public static ScheduleFile read(Path file) {
        return read(file, Optional.empty());
    }

    /**
     * The same, and asks {@code loader} for the tasks: their classes must be there, have such methods, and those take such arguments. None
     * of their code runs.
     *
     * @throws IllegalArgumentException if it has mistakes, naming all
     * @throws UncheckedIOException if there is no such file
     */
    public static ScheduleFile read(Path file, ClassLoader loader) {
        return read(file, Optional.of(loader));
    }

    private static ScheduleFile read(Path file, Optional<ClassLoader> loader) {
        var name = Optional.ofNullable(file.getFileName()).orElse(file).toString();
        try {
            if (Files.size(file) > 4L * Yaml.MAX_CHARACTERS) {
                throw new IllegalArgumentException(
                        name + " has " + Files.size(file) + " bytes, which no schedules take; is it the right file?");
            }
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file)));
            return parse(name, text.toString(), loader.orElse(null));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(name + " is not text in UTF-8; save it as that", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads {@code text}, which messages call {@code name}; asks {@code loader} for the tasks if there is one. */
    static ScheduleFile parse(String name, String text, @Nullable ClassLoader loader) {
        var problems = new Problems(name);
        var root = Yaml.read(text, problems);
        var queues = root == null ? null : new ScheduleReader(problems, loader).queues(root);
        problems.throwIfAny();
        return new ScheduleFile(queues == null ? Map.of() : queues);
    }
}
