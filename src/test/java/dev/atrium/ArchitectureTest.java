package dev.atrium;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Path;

/** Dependencies between packages: the table in docs/design.md. */
@AnalyzeClasses(packages = "dev.atrium", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule each_package_imports_only_what_the_plan_allows = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("setting").definedBy("dev.atrium.setting")
            .layer("room").definedBy("dev.atrium.room")
            .layer("security").definedBy("dev.atrium.security")
            .layer("session").definedBy("dev.atrium.session")
            .layer("backplane").definedBy("dev.atrium.backplane..")
            .layer("file").definedBy("dev.atrium.file..")
            .layer("ice").definedBy("dev.atrium.ice")
            .layer("tracing").definedBy("dev.atrium.tracing")
            .layer("gateway").definedBy("dev.atrium.gateway")
            .layer("application").definedBy("dev.atrium.application")
            .layer("admission").definedBy("dev.atrium.transport.admission")
            .layer("websocket").definedBy("dev.atrium.transport.websocket")
            .layer("http").definedBy("dev.atrium.transport.http")
            .layer("engineio").definedBy("dev.atrium.transport.engineio")
            .layer("socketio").definedBy("dev.atrium.transport.socketio")
            .layer("warmup").definedBy("dev.atrium.warmup")
            .layer("deployment").definedBy("dev.atrium.deployment")
            .layer("command").definedBy("dev.atrium.command")
            .layer("operations").definedBy("dev.atrium.operations")
            .whereLayer("setting").mayNotAccessAnyLayer()
            .whereLayer("room").mayNotAccessAnyLayer()
            .whereLayer("security").mayOnlyAccessLayers("room", "setting")
            .whereLayer("session").mayOnlyAccessLayers("security", "room", "setting")
            .whereLayer("backplane").mayOnlyAccessLayers("room", "setting")
            .whereLayer("tracing").mayOnlyAccessLayers("room", "setting")
            .whereLayer("gateway").mayOnlyAccessLayers("security", "room", "session", "backplane", "tracing", "setting")
            .whereLayer("file").mayOnlyAccessLayers("gateway", "security", "room", "session", "backplane", "setting")
            .whereLayer("ice").mayOnlyAccessLayers("gateway", "security", "session", "room", "setting")
            .whereLayer("application").mayOnlyAccessLayers("gateway", "security", "session", "room")
            .whereLayer("admission").mayOnlyAccessLayers("gateway", "security", "session", "room", "setting")
            .whereLayer("websocket")
            .mayOnlyAccessLayers("admission", "application", "file", "gateway", "security", "session", "room", "setting")
            .whereLayer("http")
            .mayOnlyAccessLayers("admission", "file", "gateway", "ice", "security", "session", "room", "setting")
            .whereLayer("engineio").mayOnlyAccessLayers("admission", "websocket", "security", "session", "room", "setting")
            .whereLayer("socketio")
            .mayOnlyAccessLayers("application", "engineio", "websocket", "gateway", "security", "session", "room", "setting")
            .whereLayer("deployment").mayOnlyAccessLayers("application", "gateway", "session", "room")
            .whereLayer("deployment").mayNotBeAccessedByAnyLayer()
            .whereLayer("command").mayOnlyAccessLayers("security", "setting")
            .whereLayer("command").mayNotBeAccessedByAnyLayer()
            .whereLayer("http").mayOnlyBeAccessedByLayers("operations")
            .whereLayer("warmup").mayOnlyBeAccessedByLayers("operations")
            .whereLayer("operations").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule the_domain_knows_the_jdk_and_mutiny_and_nothing_else = noClasses()
            .that().resideInAPackage("dev.atrium.room")
            .should().dependOnClassesThat().resideOutsideOfPackages("dev.atrium.room", "java..", "io.smallrye.mutiny..");

    @ArchTest
    static final ArchRule what_a_client_may_do_depends_on_no_network_library = noClasses()
            .that().resideInAPackage("dev.atrium.gateway")
            .should().dependOnClassesThat().resideInAnyPackage("io.netty..", "io.vertx..");

    @ArchTest
    static final ArchRule commands_are_permitted_before_they_are_executed = methods()
            .that().areDeclaredInClassesThat().areAssignableTo("dev.atrium.gateway.Command").and().haveName("execute")
            .should().onlyBeCalled().byCodeUnitsThat(areOf("Gateway"));

    @ArchTest
    static final ArchRule commands_that_bring_what_executes_them_are_permitted_as_well = methods()
            .that().areDeclaredInClassesThat().areAssignableTo("dev.atrium.gateway.Command").and().haveName("run")
            .should().onlyBeCalled().byCodeUnitsThat(areOf("Extension"));

    @ArchTest
    static final ArchRule resources_are_open_to_an_application_that_denies_what_is_not_annotated = classes()
            .that().areAnnotatedWith(Path.class).should().beAnnotatedWith(PermitAll.class);

    @ArchTest
    static final ArchRule engine_io_knows_nothing_of_rooms = noClasses()
            .that().resideInAPackage("dev.atrium.transport.engineio")
            .should().dependOnClassesThat().resideInAPackage("dev.atrium.gateway")
            .orShould().dependOnClassesThat().haveNameMatching("dev\\.atrium\\.room\\.(Room.*|Message|Membership)");

    @ArchTest
    static final ArchRule socket_io_knows_nothing_of_http = noClasses()
            .that().resideInAPackage("dev.atrium.transport.socketio")
            .should().dependOnClassesThat().resideInAnyPackage("io.vertx..", "jakarta.ws..");

    @ArchTest
    static final ArchRule only_the_implementations_of_ports_know_redis = noClasses()
            .that().resideOutsideOfPackages("dev.atrium.backplane..", "dev.atrium.file.redis")
            // FileStoreProducer passes the Redis client on to the Redis store.
            .and().doNotHaveSimpleName("FileStoreProducer")
            .should().dependOnClassesThat().resideInAPackage("io.vertx.redis..");

    @ArchTest
    static final ArchRule only_traces_know_open_telemetry = noClasses()
            .that().resideOutsideOfPackage("dev.atrium.tracing")
            .should().dependOnClassesThat().resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule internals_of_vertx_are_touched_in_one_place = noClasses()
            .that().haveNameNotMatching(".*\\.HttpChannel(\\$.*)?")
            .should().dependOnClassesThat().resideInAnyPackage("io.vertx.core.impl..", "io.vertx.core.net.impl..",
                    "io.vertx.core.http.impl..");

    @ArchTest
    static final ArchRule nothing_of_atrium_is_written_by_the_mapper_of_an_application = noClasses()
            .should().dependOnClassesThat().resideInAPackage("io.vertx.core.json..")
            .because("Quarkus has Vert.x write JSON with it");

    @ArchTest
    static final ArchRule classes_form_no_cycles = SlicesRuleDefinition.slices().assignedFrom(new TopLevelClasses())
            .should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packages_form_no_cycles = SlicesRuleDefinition.slices().matching("dev.atrium.(*)..").should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule constructors_have_at_most_six_parameters = constructors()
            .that().areDeclaredInClassesThat().areNotRecords().and().areDeclaredInClassesThat().areNotEnums()
            .and().areDeclaredInClassesThat().areNotAnonymousClasses()
            .should(new ArchCondition<>("have at most six parameters") {

                @Override
                public void check(JavaConstructor constructor, ConditionEvents events) {
                    int parameters = constructor.getRawParameterTypes().size();
                    if (parameters > 6 && !constructor.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                        events.add(SimpleConditionEvent.violated(constructor, constructor.getFullName()));
                    }
                }
            });

    /** Methods of that class, and the bridges that the compiler makes for a generic interface. */
    private static DescribedPredicate<JavaCodeUnit> areOf(String type) {
        return DescribedPredicate.describe("are of " + type, unit -> unit.getOwner().getSimpleName().equals(type)
                || unit.getModifiers().contains(JavaModifier.BRIDGE));
    }

    /**
     * One slice per top-level class; a nested class belongs to the class around it. ArchUnit does not count the classes that a
     * sealed interface permits.
     */
    private static final class TopLevelClasses implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(topLevel(type).getName());
        }

        private static JavaClass topLevel(JavaClass type) {
            return type.getEnclosingClass().map(TopLevelClasses::topLevel).orElse(type);
        }

        @Override
        public String getDescription() {
            return "top-level classes";
        }
    }
}
