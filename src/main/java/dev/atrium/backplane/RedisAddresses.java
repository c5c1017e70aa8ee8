package dev.atrium.backplane;

import dev.atrium.setting.Require;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Startup check of the Redis addresses, before the Redis client parses them: on some invalid ones the client fails with a stack
 * trace, and it resolves part of a password with an {@code @} or a {@code #} in it as a host name.
 */
@Singleton
final class RedisAddresses implements RedisOptionsCustomizer {

    private static final Pattern DATABASE = Pattern.compile("/?|/([0-9]{1,9})");
    private static final Pattern NUMBER_IN_QUERY = Pattern.compile("(?:^|&)db=([0-9]{1,9})(?:&|$)");

    /** @throws ConfigurationException naming the setting, but not its value, which may contain a password */
    @Override
    public void customize(String client, RedisOptions options) {
        String setting = client.equals(VertxRedisClientFactory.DEFAULT_CLIENT) ? "quarkus.redis.hosts"
                : "quarkus.redis." + client + ".hosts";
        Require.that(options.getEndpoints().stream().allMatch(RedisAddresses::isAddress), setting,
                "addresses with a scheme, such as redis://:password@localhost:6379, and in the password %40 for @, %23 for #, %2F for /");
    }

    /** Returns the number of the database that an address names, in its path or as its parameter {@code db}. */
    static int database(String endpoint) {
        URI address = URI.create(endpoint);
        Matcher path = DATABASE.matcher(address.getPath());
        Matcher query = NUMBER_IN_QUERY.matcher(String.valueOf(address.getRawQuery()));
        boolean isPath = !"unix".equals(address.getScheme()) && path.matches() && path.group(1) != null;
        return isPath ? Integer.parseInt(path.group(1)) : query.find() ? Integer.parseInt(query.group(1)) : 0;
    }

    private static boolean isAddress(String endpoint) {
        try {
            URI address = new URI(endpoint);
            return address.getRawFragment() == null && switch (String.valueOf(address.getScheme())) {
                case "redis", "rediss" -> address.getHost() != null && address.getPort() <= 65_535
                        && DATABASE.matcher(address.getPath()).matches();
                case "unix" -> address.getRawAuthority() == null && address.getPath() != null;
                // Without a scheme, redis:6379 has one, redis, and no host.
                default -> false;
            };
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
