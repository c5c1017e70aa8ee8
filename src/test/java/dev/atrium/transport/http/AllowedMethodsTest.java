package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
