package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a request is answered with. */
record Reply(int status, Map<String, String> headers, byte[] body) {

    Reply {
        headers = Map.copyOf(headers);
    }

    static Reply html(int status, String page) {
        return of(status, "text/html; charset=utf-8", page);
    }

    static Reply json(int status, String json) {
        return of(status, "application/json", json);
    }

    static Reply text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text + "\n");
    }

    /** Has the browser get another page, which shows what was done. */
    static Reply seeOther(String path) {
        return new Reply(303, Map.of("Location", path), new byte[0]);
    }

    private static Reply of(int status, String type, String body) {
        return new Reply(status, Map.of("Content-Type", type, "Cache-Control", "no-store"), body.getBytes(UTF_8));
    }

    Reply with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, body);
    }
}
