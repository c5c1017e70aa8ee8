package dev.atrium.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.gizmo.ClassCreator;
import io.quarkus.gizmo.MethodCreator;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths of an application at which Atrium could not be reached, or would check no origin. */
class RootPathsTest {

    @ParameterizedTest
    @CsvSource({ "quarkus.http.root-path,/app", "quarkus.rest.path,/api" })
    void a_path_that_moves_those_of_atrium_is_an_error_of_one_line(String setting, String path) throws IOException {
        assertThat(errors(Map.of(setting, path), new Indexer().complete())).singleElement().asString()
                .startsWith(setting + ": expected /, got " + path).contains("Below a path").doesNotContain("\n");
    }

    @Test
    void so_is_the_path_of_a_jakarta_rest_application() throws IOException {
        assertThat(errors(Map.of(), application("api"))).singleElement().asString()
                .startsWith("@ApplicationPath of com.example.Api: expected /, got api");
    }

    @Test
    void so_is_a_list_of_the_resources_that_are_served() throws IOException {
        Index index = application("/", type -> {
            try (MethodCreator list = type.getMethodCreator("getClasses", Set.class)) {
                list.returnValue(list.loadNull());
            }
        });
        assertThat(errors(Map.of(), index)).singleElement().asString()
                .startsWith("com.example.Api: expected no method getClasses").doesNotContain("\n");
    }

    @Test
    void the_root_is_no_error() throws IOException {
        assertThat(errors(Map.of("quarkus.http.root-path", "/", "quarkus.rest.path", "/"), application("/"))).isEmpty();
        assertThat(errors(Map.of(), new Indexer().complete())).isEmpty();
    }

    private static List<String> errors(Map<String, String> settings, Index index) {
        return RootPaths.errors(
                new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(settings, "application.properties", 250))
                        .build(),
                index);
    }

    /** Not a class of the tests: Quarkus would find it in them, and serve all resources there. */
    private static Index application(String path) throws IOException {
        return application(path, type -> {
        });
    }

    private static Index application(String path, Consumer<ClassCreator> methods) throws IOException {
        Indexer indexer = new Indexer();
        try (ClassCreator type = ClassCreator.builder().className("com.example.Api").superClass(Application.class)
                .classOutput((name, bytes) -> index(indexer, bytes)).build()) {
            type.addAnnotation(ApplicationPath.class).addValue("value", path);
            methods.accept(type);
        }
        return indexer.complete();
    }

    private static void index(Indexer indexer, byte[] bytes) {
        try {
            indexer.index(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
