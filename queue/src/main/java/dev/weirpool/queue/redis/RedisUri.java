package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The address of a Redis: {@code redis://[user:password@]host[:port][/database]}; of a master and its replicas by their sentinels,
 * {@code redis+sentinel://[user:password@]host[:port],.../master[/database]}; of a cluster by some of its servers,
 * {@code redis+cluster://[user:password@]host[:port],...}. Each begins with {@code rediss} for TLS, and may be followed by parameters.
 */
public final class RedisUri {

    private static final int DEFAULT_PORT = 6379;
    private static final int SENTINEL_PORT = 26_379;
    private static final String HOST = "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,9})?";
    private static final Pattern AUTHORITY = Pattern.compile("(?<user>.*@)?(?<hosts>" + HOST + "(," + HOST + ")*)");
    private static final Pattern MASTER = Pattern.compile("/(?<master>[A-Za-z0-9._-]+)(?<database>/.*)?");
    private static final Set<String> CERTIFICATES = Set.of("ca", "cert", "key");
    private static final Set<String> LOGIN = Set.of("sentinel-user", "sentinel-password");
    private static final String DURABILITY = "durability";

    /** What an address is the address of. */
    enum Kind {
        SINGLE("redis", "redis://host:6379"),
        SENTINEL("redis+sentinel", "redis+sentinel://host1:26379,host2:26379/master"),
        CLUSTER("redis+cluster", "redis+cluster://host1:6379,host2:6379");

        final String scheme;
        final String encryptedScheme;
        final String example;

        Kind(String scheme, String example) {
            this.scheme = scheme;
            this.encryptedScheme = "rediss" + scheme.substring("redis".length());
            this.example = example;
        }

        static @Nullable Kind of(@Nullable String scheme) {
            for (var kind : values()) {
                if (kind.scheme.equals(scheme) || kind.encryptedScheme.equals(scheme)) {
                    return kind;
                }
            }
            return null;
        }
    }

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
        var kind = Kind.of(uri.getScheme());
        if (kind == null) {
            throw new IllegalArgumentException("not a Redis address: " + masked(text)
                    + "; it must begin with redis:// or rediss://, for example redis://localhost:6379, or with"
                    + " redis+sentinel:// or redis+cluster://");
        }
        var authority = AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException(
                    "no host in the Redis address " + masked(text) + "; write " + kind.example);
        }
        var hosts = Stream.of(authority.group("hosts").split(",", -1))
                .map(host -> withPort(host, kind, text))
                .toList();
        if (kind == Kind.SINGLE && hosts.size() > 1) {
            throw new IllegalArgumentException("several hosts in the Redis address " + masked(text)
                    + "; write redis+sentinel:// or redis+cluster:// if they belong together");
        }
        if (kind == Kind.SENTINEL) {
            master(uri);
        }
        if (database(uri) != 0 && kind == Kind.CLUSTER) {
            throw new IllegalArgumentException(
                    "a cluster has no databases but 0; leave the number out of the Redis address " + masked(text));
        }
        requireSense(parameters(uri), uri);
        var user = authority.group("user") == null ? "" : authority.group("user");
        var path = uri.getRawPath() == null ? "" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(uri.getScheme() + "://" + user + String.join(",", hosts) + path + query);
    }

    private static String withPort(String host, Kind kind, String text) {
        var colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
        var port = colon >= 0
                ? Integer.parseInt(host.substring(colon + 1))
                : kind == Kind.SENTINEL ? SENTINEL_PORT : DEFAULT_PORT;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "a port must be from 1 to 65535, got " + port + " in the Redis address " + masked(text));
        }
        return (colon < 0 ? host : host.substring(0, colon)) + ":" + port;
    }

    private static void requireSense(Map<String, String> parameters, URI uri) {
        if (!isEncrypted(uri) && parameters.keySet().stream().anyMatch(CERTIFICATES::contains)) {
            throw new IllegalArgumentException("certificates in the Redis address " + masked(uri)
                    + ", which is not encrypted; write " + kind(uri).encryptedScheme + "://");
        }
        if (parameters.containsKey("cert") != parameters.containsKey("key")) {
            throw new IllegalArgumentException(
                    "a client certificate needs both cert= and key= in the Redis address " + masked(uri));
        }
        if (kind(uri) != Kind.SENTINEL && parameters.keySet().stream().anyMatch(LOGIN::contains)) {
            throw new IllegalArgumentException("the password of a sentinel in the Redis address " + masked(uri)
                    + ", which names none; write " + Kind.SENTINEL.example);
        }
        durability(uri);
    }

    /** The parameters, decoded. */
    static Map<String, String> parameters(URI uri) {
        var found = new HashMap<String, String>();
        var query = uri.getRawQuery();
        for (var pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            var equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            if (equals < 0 || !(CERTIFICATES.contains(name) || LOGIN.contains(name) || name.equals(DURABILITY))) {
                throw new IllegalArgumentException("unknown parameter '" + name + "' in the Redis address "
                        + masked(uri) + "; there are ca=FILE, cert=FILE and key=FILE, durability=LEVEL,"
                        + " sentinel-user=NAME and sentinel-password=TEXT");
            }
            found.put(name, URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return found;
    }

    static Kind kind(URI uri) {
        return requireNonNull(Kind.of(uri.getScheme()));
    }

    static boolean isEncrypted(URI uri) {
        return uri.getScheme().startsWith("rediss");
    }

    /** How safe what is sent has to be; local if nothing is said. */
    static Durability durability(URI uri) {
        var query = uri.getRawQuery();
        return query == null || !query.contains(DURABILITY)
                ? Durability.LOCAL
                : Durability.of(parameters(uri).getOrDefault(DURABILITY, "local"));
    }

    /** The same address with another durability. */
    public static URI withDurability(URI uri, Durability durability) {
        return withParameters(
                uri.toString().replaceFirst("\\?.*", ""),
                Stream.concat(
                        rawParameters(uri).filter(pair -> !pair.startsWith(DURABILITY + "=")),
                        Stream.of(DURABILITY + "=" + durability)));
    }

    /** The servers, or sentinels, that are named: each a host, a colon and a port. */
    static List<String> hosts(URI uri) {
        var authority = AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException("no host in the Redis address " + masked(uri));
        }
        return List.of(authority.group("hosts").split(",", -1));
    }

    /** The name by which the sentinels know the master. */
    static String master(URI uri) {
        var path = MASTER.matcher(uri.getPath() == null ? "" : uri.getPath());
        if (!path.matches()) {
            throw new IllegalArgumentException("no name of a master in the Redis address " + masked(uri) + "; write "
                    + Kind.SENTINEL.example + ", with the name that the sentinels know it by");
        }
        return path.group("master");
    }

    /** A host, which may be an IPv6 address, and a port as one. */
    static String address(String host, int port) {
        return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The address of one server of those that {@code uri} leads to, with the same login, certificates and database. */
    static URI serverAt(URI uri, String address) {
        var user = uri.getRawAuthority().replaceFirst("[^@]*$", "");
        return withParameters(
                (isEncrypted(uri) ? "rediss://" : "redis://") + user + address + "/" + database(uri),
                rawParameters(uri).filter(pair -> !pair.startsWith("sentinel-")));
    }

    /** The address of one sentinel, with its own login. */
    static URI sentinelAt(URI uri, String address) {
        var parameters = parameters(uri);
        var user = parameters.getOrDefault("sentinel-user", "");
        var password = parameters.get("sentinel-password");
        return withParameters(
                (isEncrypted(uri) ? "rediss://" : "redis://")
                        + (password == null ? "" : encoded(user) + ":" + encoded(password) + "@")
                        + address,
                rawParameters(uri).filter(pair -> CERTIFICATES.contains(pair.replaceFirst("=.*", ""))));
    }

    private static Stream<String> rawParameters(URI uri) {
        return uri.getRawQuery() == null
                ? Stream.of()
                : Stream.of(uri.getRawQuery().split("&", -1));
    }

    private static URI withParameters(String address, Stream<String> parameters) {
        var query = parameters.collect(Collectors.joining("&"));
        return URI.create(query.isEmpty() ? address : address + "?" + query);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** The host of the only server; underscores, which containers' names have and {@link URI#getHost} does not know, included. */
    static String host(URI uri) {
        return hostOf(hosts(uri).get(0));
    }

    static String hostOf(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    static int port(URI uri) {
        var address = hosts(uri).get(0);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Whether two addresses name the same database of the same Redis, however they log in: they have a host in common. */
    public static boolean isSamePlace(URI one, URI other) {
        return kind(one) == kind(other)
                && hosts(one).stream().anyMatch(hosts(other)::contains)
                && database(one) == database(other)
                && (kind(one) != Kind.SENTINEL || master(one).equals(master(other)));
    }

    /** User and password, decoded, or null. */
    static @Nullable String userInfo(URI uri) {
        var authority = AUTHORITY.matcher(uri.getAuthority());
        return authority.matches() && authority.group("user") != null
                ? authority.group("user").substring(0, authority.group("user").length() - 1)
                : null;
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
        if (path != null && kind(uri) == Kind.SENTINEL) {
            path = path.replaceFirst("^/[^/]*", "");
        }
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
