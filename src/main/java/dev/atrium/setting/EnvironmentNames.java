package dev.atrium.setting;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Names of settings as environment variables: {@code atrium.auth.mode} is {@code ATRIUM_AUTH_MODE}. MicroProfile Config ignores
 * a variable that matches no setting, because a process has many variables that are none; one that begins with {@code ATRIUM_}
 * was meant for Atrium, and a server whose {@code ATRIUM_AUTHMODE} is ignored is open to every client.
 */
public final class EnvironmentNames {

    private static final String PREFIX = "ATRIUM_";
    private static final Pattern PROFILE = Pattern.compile("^_[A-Z0-9]+_(?=ATRIUM_)");
    private static final String SERVICE_HOST = "_SERVICE_HOST";

    /** Asked only about a variable that may be a setting: the names of all mappings cost a start a tenth of a second. */
    private final Supplier<List<String>> settings;

    /** @param settings names of settings, in which {@code *} is the key of a map or the index of a list */
    public EnvironmentNames(Supplier<List<String>> settings) {
        this.settings = settings;
    }

    /** Returns the names in all config mappings, those that an application has under {@code atrium.} included. */
    public static EnvironmentNames ofMappings(BeanManager beans) {
        return new EnvironmentNames(() -> beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .flatMap(bean -> bean.getTypes().stream())
                .flatMap(type -> type instanceof Class<?> mapping && mapping.isAnnotationPresent(ConfigMapping.class)
                        ? Stream.of(mapping)
                        : Stream.empty())
                .distinct().flatMap(mapping -> ConfigMappings.getProperties(ConfigClass.configClass(mapping)).keySet().stream())
                .toList());
    }

    /** Returns the names of the variables that begin with {@code ATRIUM_} and are no setting, in alphabetical order. */
    public Set<String> unknown(Map<String, String> variables) {
        Set<String> services = services(variables);
        Set<String> unknown = variables.keySet().stream().filter(name -> {
            String setting = withoutProfile(name);
            return setting.startsWith(PREFIX) && !isServiceLink(setting, services);
        }).collect(Collectors.toCollection(TreeSet::new));
        if (!unknown.isEmpty()) {
            List<Pattern> patterns = settings.get().stream().map(EnvironmentNames::pattern).toList();
            unknown.removeIf(name -> patterns.stream().anyMatch(pattern -> pattern.matcher(withoutProfile(name)).matches()));
        }
        return unknown;
    }

    /** The same of the variables of this process and of a file {@code .env}. */
    public Set<String> unknown(Config config) {
        Map<String, String> variables = new HashMap<>();
        for (ConfigSource source : config.getConfigSources()) {
            if (source instanceof EnvConfigSource) {
                variables.putAll(source.getProperties());
            }
        }
        return unknown(variables);
    }

    private static String withoutProfile(String variable) {
        return PROFILE.matcher(variable).replaceFirst("");
    }

    /**
     * Returns the names of the Kubernetes Services that the variables are about. Kubernetes adds {@code ATRIUM_SERVICE_HOST},
     * {@code ATRIUM_SERVICE_PORT}, {@code ATRIUM_PORT}, {@code ATRIUM_PORT_80_TCP_ADDR} and more for a Service {@code atrium},
     * and the same for {@code atrium-redis}, to each pod of the namespace that does not turn its service links off.
     */
    private static Set<String> services(Map<String, String> variables) {
        return variables.keySet().stream().filter(name -> name.endsWith(SERVICE_HOST))
                .map(name -> name.substring(0, name.length() - SERVICE_HOST.length())).collect(Collectors.toSet());
    }

    private static boolean isServiceLink(String variable, Set<String> services) {
        return services.stream().anyMatch(service -> variable.startsWith(service + "_SERVICE_")
                || variable.equals(service + "_PORT") || variable.startsWith(service + "_PORT_"));
    }

    /** Every character but letters and digits is an underscore in a variable; a key of a map is any text. */
    private static Pattern pattern(String setting) {
        StringBuilder pattern = new StringBuilder();
        for (char c : setting.toUpperCase(Locale.ROOT).toCharArray()) {
            boolean isPlain = c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            pattern.append(c == '*' ? ".+" : isPlain ? Character.toString(c) : "_");
        }
        return Pattern.compile(pattern.toString());
    }
}
