package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is let in.
 *
 * <p>Without a secret only a browser that was given an address of this machine, and no name, is: a page of somebody else's could
 * otherwise have its own name point here and read what it likes.
 */
final class Doorkeeper {

    private static final Pattern OWN_HOST =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:]+])(:\\d{1,5})?");

    private final @Nullable String secret;

    Doorkeeper(@Nullable String secret) {
        this.secret = secret;
    }

    /** Why a request is not let in, if it is not. */
    Optional<Reply> refuse(String method, Headers headers) {
        var host = headers.getFirst("Host");
        if (secret == null && (host == null || !OWN_HOST.matcher(host).matches())) {
            return Optional.of(Reply.text(
                    421, "this dashboard has no login and answers to localhost and 127.0.0.1 only; give it a token"));
        }
        if (secret != null && !knows(secret, headers.getFirst("Authorization"))) {
            return Optional.of(Reply.text(401, "log in with any user name, and the token as the password")
                    .with("WWW-Authenticate", "Basic realm=\"weirpool\", charset=\"UTF-8\""));
        }
        if (!method.equals("GET") && !method.equals("HEAD") && !isFromOurPage(headers)) {
            return Optional.of(Reply.text(403, "refused: the request does not come from a page of this dashboard"));
        }
        return Optional.empty();
    }

    private static boolean knows(String secret, @Nullable String authorization) {
        var given = authorization == null ? "" : given(authorization);
        return MessageDigest.isEqual(secret.getBytes(UTF_8), given.getBytes(UTF_8));
    }

    private static String given(String authorization) {
        var parts = authorization.split(" ", 2);
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Bearer")) {
            return parts[1].strip();
        }
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Basic")) {
            try {
                var login = new String(Base64.getDecoder().decode(parts[1].strip()), UTF_8);
                return login.substring(login.indexOf(':') + 1);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
        return "";
    }

    /** A browser sends a login along with whatever it is made to send; it does not lie about where that comes from. */
    private static boolean isFromOurPage(Headers headers) {
        var site = headers.getFirst("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin");
        }
        var origin = headers.getFirst("Origin"); // on plain HTTP browsers tell no site
        if (origin != null) {
            return origin.replaceFirst("^https?://", "").equals(headers.getFirst("Host"));
        }
        var authorization = headers.getFirst("Authorization");
        return authorization != null && authorization.startsWith("Bearer ");
    }
}
