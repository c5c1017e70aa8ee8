package dev.atrium.backplane;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import jakarta.annotation.Priority;
import java.net.URI;
import java.util.Arrays;

/**
 * Config interceptor that keeps passwords of Redis out of the log: the error of an address that is no URI contains the whole
 * value. In its place is one that {@link RedisAddresses} rejects, with the name of the setting alone.
 */
@Priority(RedisSecrets.AFTER_EXPRESSIONS)
public final class RedisSecrets implements ConfigSourceInterceptor {

    static final int AFTER_EXPRESSIONS = 3_000;

    private static final String SETTING = "quarkus.redis.hosts";
    private static final String NO_ADDRESS = "invalid";

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue value = context.proceed(name);
        if (value == null || value.getValue() == null || !name.equals(SETTING)) {
            return value;
        }
        boolean isReadable = Arrays.stream(value.getValue().split(",")).allMatch(RedisSecrets::isUri);
        return isReadable ? value : value.withValue(NO_ADDRESS);
    }

    private static boolean isUri(String text) {
        try {
            URI.create(text.strip());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
