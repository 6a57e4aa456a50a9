package dev.weirpool.dashboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** The files that pages need, packed once; the name of each changes with what is in it, so that browsers keep them. */
final class Assets {

    private static final List<String> FILES =
            List.of("style.css", "uplot.min.css", "htmx.js", "uplot.min.js", "app.js", "icon.svg");

    /** In one file, because htmx begins as soon as it is loaded, and would not wait for its extension. */
    private static final Map<String, List<String>> MADE_OF = Map.of("htmx.js", List.of("htmx.min.js", "hx-sse.min.js"));

    private static final Map<String, String> TYPES =
            Map.of("css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml");

    private final Map<String, Reply> replies = new LinkedHashMap<>();
    private final Map<String, String> paths = new LinkedHashMap<>();

    Assets() {
        for (var file : FILES) {
            var content = content(file);
            var dot = file.lastIndexOf('.');
            var unique = file.substring(0, dot) + "." + digest(content) + file.substring(dot);
            paths.put(file, "/assets/" + unique);
            replies.put(
                    unique,
                    new Reply(
                            200,
                            Map.of(
                                    "Content-Type",
                                    TYPES.getOrDefault(file.substring(dot + 1), "text/plain"),
                                    "Cache-Control",
                                    "public, max-age=31536000, immutable"),
                            content));
        }
    }

    /** Where {@code file} is. */
    String path(String file) {
        return paths.getOrDefault(file, "/assets/" + file);
    }

    Optional<Reply> find(String name) {
        return Optional.ofNullable(replies.get(name));
    }

    private static byte[] content(String file) {
        var content = new ByteArrayOutputStream();
        for (var part : MADE_OF.getOrDefault(file, List.of(file))) {
            content.writeBytes(read(part));
            content.write('\n');
        }
        return content.toByteArray();
    }

    private static byte[] read(String file) {
        try (var in = Assets.class.getResourceAsStream("assets/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no assets/" + file + " beside " + Assets.class.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 5);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] packed(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
