package dev.weirpool.cli.output;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is told of each of several things.
 *
 * @param name in JSON; does not change from version to version
 * @param isWide whether it is left out of tables, which have little room
 * @param value a text, number, truth, moment, duration, progress, {@link Bytes}, an {@code Optional} or list of such, or null
 */
public record Column<T>(String name, boolean isWide, Function<T, @Nullable Object> value) {

    public static <T> Column<T> of(String name, Function<T, @Nullable Object> value) {
        return new Column<>(name, false, value);
    }

    /** One for JSON alone. */
    public static <T> Column<T> wide(String name, Function<T, @Nullable Object> value) {
        return new Column<>(name, true, value);
    }

    /** A number of bytes, which people read in another form than programs. */
    public record Bytes(long count) {}

    /** Columns of a table that are of different things look the same everywhere: their names in capitals. */
    String heading() {
        return name.toUpperCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    static <T> List<Column<T>> narrow(List<Column<T>> columns) {
        return columns.stream().filter(column -> !column.isWide).toList();
    }
}
