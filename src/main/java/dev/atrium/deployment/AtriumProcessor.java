package dev.atrium.deployment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.application.Handlers;
import dev.atrium.application.HandlersCreator;
import io.quarkus.arc.deployment.BeanDefiningAnnotationBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.InvokerFactoryBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.arc.processor.BeanInfo;
import io.quarkus.arc.processor.InvokerInfo;
import io.quarkus.deployment.IsLocalDevelopment;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import io.quarkus.devui.spi.page.CardPageBuildItem;
import io.quarkus.devui.spi.page.Page;
import io.quarkus.devui.spi.page.PageBuilder;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.ClassType;
import org.jboss.jandex.DotName;
import org.jboss.jandex.MethodInfo;

/**
 * Build steps that Atrium adds to an application: handlers are found in the Jandex index, and CDI generates their invokers, so
 * that a running server scans no class for methods. The steps are in this artifact, and not in a deployment artifact of their
 * own, because the server is an application that is built with them as well; {@code META-INF/quarkus-build-steps.list} names
 * them.
 */
public class AtriumProcessor {

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("atrium");
    }

    /** Quarkus rejects {@code @Blocking} on methods that no framework calls; handlers are called by Atrium. */
    @BuildStep
    ExecutionModelAnnotationsAllowedBuildItem handlersMayBlock() {
        return new ExecutionModelAnnotationsAllowedBuildItem(HandlerScanner::isAnnotated);
    }

    /** Without a scope the class would be no bean, and its handlers would silently be missing. */
    @BuildStep
    BeanDefiningAnnotationBuildItem handlersAreBeans() {
        return new BeanDefiningAnnotationBuildItem(HandlerScanner.NAMESPACE, DotName.createSimple(Singleton.class));
    }

    /** Quarkus removes beans that nothing injects, and nothing injects a bean of handlers. */
    @BuildStep
    UnremovableBeanBuildItem keepHandlers() {
        return UnremovableBeanBuildItem.beanClassAnnotation(HandlerScanner.NAMESPACE);
    }

    /** Below another path requests would pass by the admission, and so by the list of origins. */
    @BuildStep
    void requireRootPaths(CombinedIndexBuildItem index, BuildProducer<ValidationErrorBuildItem> errors) {
        RootPaths.errors(ConfigProvider.getConfig(), index.getIndex())
                .forEach(error -> errors.produce(new ValidationErrorBuildItem(new DeploymentException(error))));
    }

    /** Card in the Dev UI, with links to the pages of the running application. */
    @BuildStep(onlyIf = IsLocalDevelopment.class)
    CardPageBuildItem card() {
        CardPageBuildItem card = new CardPageBuildItem();
        card.addPage(page("Rooms, and how to reach them", "/pages/index.html", "font-awesome-solid:door-open"));
        card.addPage(page("The room lobby", "/rooms/lobby", "font-awesome-solid:comments"));
        card.addPage(page("Latency", "/pages/latency.html", "font-awesome-solid:gauge-high"));
        return card;
    }

    /** In a tab of its own, because Atrium's pages forbid to be framed. */
    private static PageBuilder<?> page(String title, String url, String icon) {
        return Page.externalPageBuilder(title).url(url).doNotEmbed().icon(icon);
    }

    /** Synthetic bean of all handlers. */
    @BuildStep
    SyntheticBeanBuildItem handlers(BeanDiscoveryFinishedBuildItem beans, InvokerFactoryBuildItem factory,
            CombinedIndexBuildItem index) {
        HandlerScanner.requireBeans(index.getIndex());
        HandlerScanner.requireNamespaces(index.getIndex());
        HandlerScanner scanner = new HandlerScanner();
        List<String> descriptions = new ArrayList<>();
        List<InvokerInfo> invokers = new ArrayList<>();
        for (BeanInfo bean : beans.beanStream().classBeans()) {
            ClassInfo type = bean.getTarget().get().asClass();
            if (!type.hasDeclaredAnnotation(HandlerScanner.NAMESPACE)) {
                continue;
            }
            String namespace = scanner.namespace(type);
            scanner.requireNoInherited(type, index.getIndex());
            for (MethodInfo method : type.methods()) {
                if (HandlerScanner.isHandler(method)) {
                    descriptions.add(scanner.describe(namespace, method).encoded());
                    invokers.add(factory.createInvoker(bean, method).withInstanceLookup().build());
                }
            }
        }
        return SyntheticBeanBuildItem.configure(Handlers.class).scope(Singleton.class)
                // The bean refers to classes of the application, which the class loader of a dependency does not see.
                .forceApplicationClass()
                .param(HandlersCreator.DESCRIPTIONS, descriptions.toArray(String[]::new))
                .param(HandlersCreator.INVOKERS, invokers.toArray(InvokerInfo[]::new))
                .addInjectionPoint(ClassType.create(ObjectMapper.class))
                .creator(HandlersCreator.class)
                .done();
    }
}
