package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked for: a path, the names in it, and the fields of its query and of its form. */
record Request(String path, String query, boolean isPart, Map<String, String> names, Map<String, List<String>> fields) {

    private static final int MAX_FORM = 256 * 1024;

    /**
     * @throws IllegalArgumentException if it is none that can be read
     */
    static Request of(HttpExchange exchange) throws IOException {
        var query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        var fields = new LinkedHashMap<String, List<String>>();
        parse(query, fields);
        var form = exchange.getRequestBody().readNBytes(MAX_FORM + 1);
        if (form.length > MAX_FORM) {
            throw new IllegalArgumentException("the form is longer than " + MAX_FORM + " bytes");
        }
        parse(new String(form, UTF_8), fields);
        return new Request(exchange.getRequestURI().getRawPath(), query, false, Map.of(), fields);
    }

    private static void parse(String encoded, Map<String, List<String>> fields) {
        for (var pair : encoded.split("&", -1)) {
            var equals = pair.indexOf('=');
            if (equals > 0) {
                fields.computeIfAbsent(decoded(pair.substring(0, equals)), name -> new ArrayList<>())
                        .add(decoded(pair.substring(equals + 1)));
            }
        }
    }

    static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }

    /** The same, of a page that wants only the part of itself that changes. */
    Request asPart() {
        return new Request(path, query, true, names, fields);
    }

    /** Path and query. */
    String self() {
        return query.isEmpty() ? path : path + "?" + query;
    }

    /** The part of the path that stands for {@code name}. */
    String name(String name) {
        return names.getOrDefault(name, "");
    }

    /** All values of a field. */
    List<String> all(String field) {
        return fields.getOrDefault(field, List.of());
    }

    Optional<String> one(String field) {
        return all(field).stream().filter(value -> !value.isEmpty()).findFirst();
    }

    /** A field that is a number from 0 on, or else what stands for it. */
    int number(String field, int otherwise) {
        return one(field)
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Integer::valueOf)
                .orElse(otherwise);
    }

    /** Whether {@code pattern}, such as {@code /queues/{queue}}, is what was asked for; then with the names in it. */
    @Nullable
    Request matching(String pattern) {
        var wanted = pattern.split("/", -1);
        var given = path.split("/", -1);
        if (wanted.length != given.length) {
            return null;
        }
        var found = new LinkedHashMap<String, String>();
        for (var i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                found.put(wanted[i].substring(1, wanted[i].length() - 1), decoded(given[i].replace("+", "%2B")));
            } else if (!wanted[i].equals(given[i])) {
                return null;
            }
        }
        return new Request(path, query, isPart, found, fields);
    }
}
