package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods by path. */
class AllowedMethodsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "/rooms                   | GET, HEAD, OPTIONS",
            "/rooms/                  | GET, HEAD, OPTIONS",
            "/rooms;a=b               | GET, HEAD, OPTIONS",
            "/rooms/lobby             | GET, HEAD, OPTIONS, POST",
            "/rooms/a%2Fb/            | GET, HEAD, OPTIONS, POST",
            "/rooms/a;b               | GET, HEAD, OPTIONS, POST",
            "/rooms/messages          | GET, HEAD, OPTIONS, POST",
            "/rooms/lobby/messages    | GET, HEAD, OPTIONS",
            "/rooms/a;b/members;c/    | GET, HEAD, OPTIONS",
            "/sessions/~x             | DELETE, OPTIONS",
            "/users/ann;b/sessions    | DELETE, OPTIONS",
            "/rtc/ice                 | GET, HEAD, OPTIONS",
            "/rooms/lobby/nothing     |",
            "/nowhere                 |" })
    void each_path_of_a_resource_has_methods(String path, String methods) {
        assertThat(AllowedMethods.at(path)).isEqualTo(methods);
    }

    @ParameterizedTest
    @ValueSource(classes = { RoomsResource.class, SessionResource.class, UserResource.class, IceResource.class })
    void the_methods_are_those_that_the_resources_have(Class<?> resource) {
        Map<String, Set<String>> methods = new HashMap<>();
        for (Method method : resource.getDeclaredMethods()) {
            for (Annotation each : method.getAnnotations()) {
                HttpMethod http = each.annotationType().getAnnotation(HttpMethod.class);
                if (http != null) {
                    Path below = method.getAnnotation(Path.class);
                    String path = resource.getAnnotation(Path.class).value() + (below == null ? "" : "/" + below.value());
                    methods.computeIfAbsent(path.replaceAll("/+", "/").replaceAll("\\{[^}]*}", "x"),
                            first -> new TreeSet<>(Set.of("OPTIONS"))).addAll(
                                    http.value().equals("GET") ? Set.of("GET", "HEAD") : Set.of(http.value()));
                }
            }
        }
        assertThat(methods).isNotEmpty();
        methods.forEach((path, all) -> assertThat(AllowedMethods.at(path)).as(path).isEqualTo(String.join(", ", all)));
    }
}
