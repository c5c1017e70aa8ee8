package dev.atrium.deployment;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;

/**
 * Check of the application's root paths, and of its list of resources: Atrium serves {@code /rooms}, {@code /ws} and its other
 * paths at the root.
 */
final class RootPaths {

    private static final List<String> SETTINGS = List.of("quarkus.http.root-path", "quarkus.rest.path");
    private static final DotName APPLICATION_PATH = DotName.createSimple("jakarta.ws.rs.ApplicationPath");
    private static final DotName APPLICATION = DotName.createSimple("jakarta.ws.rs.core.Application");
    private static final List<String> LISTS = List.of("getClasses", "getSingletons");

    private RootPaths() {
    }

    /** Returns one line for each path that would move Atrium's paths, or a part of them, and for each list without them. */
    static List<String> errors(Config config, IndexView index) {
        List<String> errors = new ArrayList<>();
        for (String setting : SETTINGS) {
            config.getOptionalValue(setting, String.class).filter(RootPaths::moves)
                    .ifPresent(path -> errors.add(error(setting, path)));
        }
        for (AnnotationInstance annotation : index.getAnnotations(APPLICATION_PATH)) {
            String path = annotation.value().asString();
            if (annotation.target().kind() == AnnotationTarget.Kind.CLASS && moves(path)) {
                errors.add(error("@ApplicationPath of " + annotation.target().asClass().name(), path));
            }
        }
        for (ClassInfo application : index.getAllKnownSubclasses(APPLICATION)) {
            LISTS.stream().filter(list -> !application.isAbstract() && application.method(list) != null)
                    .forEach(list -> errors.add(application.name() + ": expected no method " + list
                            + ": Quarkus would serve the resources that it returns alone, without those of Atrium"));
        }
        return errors;
    }

    private static boolean moves(String path) {
        return !path.isBlank() && !path.equals("/");
    }

    private static String error(String where, String path) {
        return where + ": expected /, got " + path + ": Atrium serves its paths at the root. A proxy can serve them below a "
                + "path, without a setting: see \"Below a path\" in docs/operations.md. Put the path of your own resources into their @Path";
    }
}
