package dev.atrium.backplane;

import dev.atrium.setting.Require;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Looks at the addresses of Redis before its client does: that one breaks on some with a stack trace, and of a password with an
 * {@code @} or a {@code #} in it looks up a part as the name of a host. At the start.
 */
@Singleton
final class RedisAddresses implements RedisOptionsCustomizer {

    /** @throws ConfigurationException naming the setting, and not its value, which has a password in it */
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
