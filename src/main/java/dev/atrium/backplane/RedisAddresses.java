package dev.atrium.backplane;

import dev.atrium.setting.Require;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Startup check of the Redis addresses, before the Redis client parses them: on some invalid ones the client fails with a stack
 * trace, and it resolves part of a password with an {@code @} or a {@code #} in it as a host name.
 */
@Singleton
final class RedisAddresses implements RedisOptionsCustomizer {

    /** @throws ConfigurationException naming the setting, but not its value, which may contain a password */
    @Override
    public void customize(String client, RedisOptions options) {
        Require.that(options.getEndpoints().stream().allMatch(RedisAddresses::isAddress), "quarkus.redis.hosts",
                "addresses such as redis://:password@localhost:6379, and in the password %40 for @, %23 for #, %2F for /");
    }

    private static boolean isAddress(String endpoint) {
        try {
            URI address = new URI(endpoint);
            return address.getScheme() != null && address.getRawFragment() == null
                    && (address.getRawAuthority() == null || address.getHost() != null);
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
