package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a Redis server: {@code redis://[user:password@]host[:port][/database]}, {@code rediss://} for TLS, which may be
 * followed by {@code ?ca=FILE} and {@code &cert=FILE&key=FILE}.
 */
public final class RedisUri {

    private static final int DEFAULT_PORT = 6379;
    private static final Pattern AUTHORITY =
            Pattern.compile("(?<user>.*@)?(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:(?<port>\\d{1,9}))?");
    private static final Set<String> SCHEMES = Set.of("redis", "rediss");
    private static final Set<String> PARAMETERS = Set.of("ca", "cert", "key");

    private RedisUri() {}

    /**
     * Reads an address and fills in the default port.
     *
     * @throws IllegalArgumentException naming what is wrong, never the password
     */
    public static URI parse(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a Redis address: " + masked(text)
                    + "; write redis://host:6379, with special characters of a password percent-encoded");
        }
        if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme())) {
            throw new IllegalArgumentException("not a Redis address: " + masked(text)
                    + "; it must begin with redis:// or rediss://, for example redis://localhost:6379");
        }
        var authority = AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException(
                    "no host in the Redis address " + masked(text) + "; write redis://host:6379");
        }
        database(uri);
        var parameters = parameters(uri);
        if (!parameters.isEmpty() && !uri.getScheme().equals("rediss")) {
            throw new IllegalArgumentException(
                    "certificates in the Redis address " + masked(text) + ", which is not encrypted; write rediss://");
        }
        if (parameters.containsKey("cert") != parameters.containsKey("key")) {
            throw new IllegalArgumentException(
                    "a client certificate needs both cert= and key= in the Redis address " + masked(text));
        }
        var port = authority.group("port") == null ? DEFAULT_PORT : Integer.parseInt(authority.group("port"));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "a port must be from 1 to 65535, got " + port + " in the Redis address " + masked(text));
        }
        var user = authority.group("user") == null ? "" : authority.group("user");
        var path = uri.getRawPath() == null ? "" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(uri.getScheme() + "://" + user + authority.group("host") + ":" + port + path + query);
    }

    /** The parameters, decoded. */
    static Map<String, String> parameters(URI uri) {
        var found = new HashMap<String, String>();
        var query = uri.getRawQuery();
        for (var pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            var equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            if (equals < 0 || !PARAMETERS.contains(name)) {
                throw new IllegalArgumentException("unknown parameter '" + name + "' in the Redis address "
                        + masked(uri) + "; there are ca=FILE, cert=FILE and key=FILE");
            }
            found.put(name, URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return found;
    }

    /** The host; underscores, which containers' names have and {@link URI#getHost} does not know, included. */
    static String host(URI uri) {
        return part(uri, "host");
    }

    static int port(URI uri) {
        return Integer.parseInt(part(uri, "port"));
    }

    /** Whether two addresses name the same database of the same server, however they log in. */
    public static boolean isSamePlace(URI one, URI other) {
        return host(one).equals(host(other)) && port(one) == port(other) && database(one) == database(other);
    }

    /** User and password, decoded, or null. */
    static @Nullable String userInfo(URI uri) {
        var authority = AUTHORITY.matcher(uri.getAuthority());
        return authority.matches() && authority.group("user") != null
                ? authority.group("user").substring(0, authority.group("user").length() - 1)
                : null;
    }

    private static String part(URI uri, String group) {
        var authority = AUTHORITY.matcher(uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException("no host in the Redis address " + masked(uri));
        }
        return authority.group(group);
    }

    /** The address as it may be shown: without user and password. */
    public static String masked(URI uri) {
        return masked(uri.toString());
    }

    private static String masked(String text) {
        return text.replaceFirst("^([^/@]*//)?.*@", "$1***@")
                .replaceFirst("\\?.*", ""); // up to the last: a password may hold what it should not
    }

    static int database(URI uri) {
        var path = uri.getPath();
        if (path == null || path.isEmpty() || path.equals("/")) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(path.substring(1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a database number: " + path.substring(1) + " in " + masked(uri)
                    + "; write redis://host:6379/0");
        }
    }
}
