package dev.atrium.backplane;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/**
 * Default settings of a backplane, plus three namespaces: one with a history of few messages, one of few bytes, and one
 * without.
 */
public final class Settings {

    private Settings() {
    }

    public static BackplaneConfig backplane() {
        return backplane(Map.of());
    }

    /** The same, and some of a test's own. */
    public static BackplaneConfig backplane(Map<String, String> more) {
        return new SmallRyeConfigBuilder().withMapping(BackplaneConfig.class)
                .withSources(new PropertiesConfigSource(more, "more", 200))
                .withSources(new PropertiesConfigSource(Map.of("atrium.history.namespace.\"/few*\".size", "5",
                        "atrium.history.namespace.\"/none\".size", "0", "atrium.history.namespace.\"/small\".bytes", "2K"),
                        "test", 100))
                .build().getConfigMapping(BackplaneConfig.class);
    }

    public static HistoryPolicy history() {
        return new HistoryPolicy(backplane().history());
    }
}
