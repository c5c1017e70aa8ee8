package dev.atrium.it.kubernetes;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.atrium.it.fixture.Tool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Output of {@code kubectl kustomize} for a directory, as objects. A field that their kind does not have is an error. */
final class Manifests {

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                /** The model would store unknown fields instead of rejecting them. */
                @Override
                public Boolean hasAnySetter(Annotated method) {
                    return false;
                }
            });

    private final List<HasMetadata> objects;

    private Manifests(List<HasMetadata> objects) {
        this.objects = objects;
    }

    /** Renders a directory. Skips the test if kubectl is missing. */
    static Manifests render(Path directory) throws IOException, InterruptedException {
        Path kubectl = Tool.require("kubectl");
        Path output = Files.createTempFile("atrium-manifests", ".yaml");
        Path errors = Files.createTempFile("atrium-manifests", ".log");
        Process process = new ProcessBuilder(kubectl.toString(), "kustomize", directory.toString())
                .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(directory + ": " + Files.readString(errors));
            }
            return new Manifests(parse(output));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /** Renders the base with some components, which need not be part of an overlay. */
    static Manifests withComponents(String... names) throws IOException, InterruptedException {
        // kustomize accepts no absolute paths, so the directory has to be inside the project.
        Path directory = Files.createDirectories(Path.of("target/kustomize", String.join("-and-", names)));
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: [../../../kubernetes/base]\n"
                + "components: [../../../kubernetes/components/" + String.join(", ../../../kubernetes/components/", names)
                + "]\n");
        return render(directory);
    }

    /** Copies the overlay production, as an operator does, and edits its files. Returns the directory of the copy. */
    static Path copyOfProduction(String name, UnaryOperator<String> edit) throws IOException {
        Path copy = Files.createDirectories(Path.of("target/kustomize", name));
        for (Path file : Files.list(Path.of("kubernetes/overlays/production")).toList()) {
            Files.writeString(copy.resolve(file.getFileName()),
                    edit.apply(Files.readString(file).replace("../../", "../../../kubernetes/")));
        }
        return copy;
    }

    List<HasMetadata> all() {
        return objects;
    }

    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Returns the only object of a kind with a name, or with the name and the suffix that kustomize adds to a ConfigMap. */
    <T extends HasMetadata> T one(Class<T> kind, String name) {
        List<T> found = all(kind).stream().filter(object -> object.getMetadata().getName().matches(name + "(-[a-z0-9]{10})?"))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + kind.getSimpleName() + " " + name);
        }
        return found.get(0);
    }

    private static List<HasMetadata> parse(Path yaml) throws IOException {
        List<HasMetadata> parsed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml.toFile())) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
                Class<? extends HasMetadata> type = KINDS.get(kind);
                if (type == null) {
                    throw new AssertionError("not known here: " + kind);
                }
                HasMetadata object = YAML.treeToValue(document, type);
                if (!names.add(kind + "/" + object.getMetadata().getName())) {
                    throw new AssertionError("twice: " + kind + "/" + object.getMetadata().getName());
                }
                parsed.add(object);
            }
        }
        return parsed;
    }
}
