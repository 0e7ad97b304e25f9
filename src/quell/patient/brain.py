"""The brain: mechanisms joined. Every circle of status epilepticus closes here, one line with its reason each."""

from typing import Annotated, Any, NamedTuple

import jax.numpy as jnp

from quell.cell.energy import Energy
from quell.cell.energy import Needs as EnergyNeeds
from quell.cell.energy import State as EnergyState
from quell.cell.injury import Injury
from quell.cell.injury import Needs as InjuryNeeds
from quell.cell.injury import State as InjuryState
from quell.cell.leak import Leak
from quell.circuit import population, thalamus
from quell.circuit.cortex import Wiring
from quell.circuit.population import Drive, Fast, Flux, Population
from quell.circuit.relay import Relay
from quell.circuit.silence import Silence
from quell.circuit.silence import State as SilenceState
from quell.circuit.termination import Needs as TerminationNeeds
from quell.circuit.termination import State as TerminationState
from quell.circuit.termination import Termination
from quell.circuit.thalamus import Thalamic, Thalamus
from quell.ground.units import Allowed, Hz, mV, ratio, share
from quell.ions.chloride import Chloride
from quell.ions.chloride import Needs as ChlorideNeeds
from quell.ions.chloride import State as ChlorideState
from quell.ions.potassium import Needs as CationNeeds
from quell.ions.potassium import SodiumPotassium
from quell.ions.potassium import State as CationState
from quell.ions.reversal import Bicarbonate
from quell.patient import fire
from quell.patient.beyond import Acting, Kit
from quell.patient.blood import Blood
from quell.patient.fire import Fire, Remedies, Tissue
from quell.patient.ports import Ports
from quell.patient.reading import Reading
from quell.receptors.gaba_a import GabaA
from quell.receptors.nmda import Needs as NMDANeeds
from quell.receptors.nmda import State as NMDAState
from quell.receptors.presynaptic import Targets
from quell.receptors.tolerance import State as ToleranceState
from quell.receptors.tolerance import Tolerance
from quell.receptors.trafficking import Needs as TraffickingNeeds
from quell.receptors.trafficking import State as TraffickingState
from quell.receptors.trafficking import Trafficking
from quell.tissue.milieu import Milieu


class Parts(NamedTuple):
    """Every mechanism of a brain with its constants; any constant may be `[lanes, 1]`."""

    patch: Population
    silence: Silence
    wiring: Wiring
    bicarbonate: Bicarbonate
    chloride: Chloride
    chloride_weak: Chloride
    cations: SodiumPotassium
    energy: Energy
    termination: Termination
    injury: Injury
    gaba: GabaA
    trafficking: Trafficking
    targets: Targets
    leak: Leak
    milieu: Milieu
    reading: Reading
    thalamus: Thalamus | None = None  # where a scenario wants it
    fire: Fire | None = None  # the slow fire, where a scenario wants it
    tolerance: Tolerance | None = None  # where a scenario wants it
    relay: Relay | None = None  # arousal as a chain, where a scenario supposes it
    beyond: Kit | None = None  # treatments beyond drugs, where a protocol may give any


class Ions(NamedTuple):
    """What moves on the ion clock, `[lanes, patches]` float64 each."""

    chloride: ChlorideState
    chloride_weak: ChlorideState
    cations: CationState
    energy: EnergyState
    termination: TerminationState
    injury: InjuryState


class Receptors(NamedTuple):
    """What moves on the slow clock."""

    gaba: TraffickingState
    nmda: NMDAState


class Brain(NamedTuple):
    """The whole state of the brains of a block."""

    fast: Fast
    silence: SilenceState
    ions: Ions
    receptors: Receptors
    smooth_rate: Annotated[Hz, Allowed(0.0, 2000.0)]
    thalamus: Thalamic | None = None
    tissue: Tissue | None = None
    adapted: ToleranceState | None = None


class World(NamedTuple):
    """What comes from outside the brain during a beat, `[lanes, patches]` or broadcastable."""

    ports: Ports
    insult: mV  # irritative drive of the aetiology
    supply: share  # oxygen and glucose, 1 = normal
    waking: share = 1.0  # ascending arousal, felt by the thalamus alone
    remedies: Remedies | None = None  # what dampens the slow fire
    spoilt: share = 1.0  # how far a poison has arrived, or salt been lost; 0 before onset
    beyond: Acting | None = None  # treatments beyond drugs
    blood: Blood | None = None  # its acid, where the body feeds the brain


def rest(parts: Parts, like: ratio) -> Brain:
    """A healthy brain at rest, every array shaped like `like` (float64 `[lanes, patches]`)."""

    def spread(tree: Any) -> Any:
        return type(tree)(*(jnp.broadcast_to(jnp.asarray(leaf, like.dtype), like.shape) for leaf in tree))

    ions = Ions(
        chloride=spread(parts.chloride.rest()),
        chloride_weak=spread(parts.chloride_weak.rest()),
        cations=spread(parts.cations.rest()),
        energy=spread(parts.energy.rest()),
        termination=spread(parts.termination.rest()),
        injury=spread(parts.injury.rest()),
    )
    receptors = Receptors(gaba=spread(parts.trafficking.rest()), nmda=spread(parts.patch.pore.rest()))
    nuclei = None if parts.thalamus is None else thalamus.rest(parts.thalamus, like)
    tissue = None if parts.fire is None else fire.rest(parts.fire, like)
    smooth = jnp.ones_like(like)
    adapted = None if parts.tolerance is None else spread(parts.tolerance.rest())
    quick = population.rest(parts.patch, like), parts.silence.rest(like)
    return Brain(*quick, ions, receptors, smooth, thalamus=nuclei, tissue=tissue, adapted=adapted)


def drawn(parts: Parts, brain: Brain, ports: Ports) -> share | None:
    """Bicarbonate in cells whose carbonic anhydrase is inhibited, of the usual; none where no drug inhibits it."""
    if ports.anhydrase is None:
        return None
    return parts.bicarbonate.drawn(ports.anhydrase, parts.reading.activity(brain.smooth_rate))  # seizing draws on it


def reversal(parts: Parts, ions: Ions, blood: Blood | None = None, left: share | None = None) -> tuple[mV, mV]:
    """E_GABA of the strongly shifted compartment, and the mean over compartments that the patch feels."""
    salts = parts.bicarbonate if blood is None else parts.bicarbonate.shifted(blood.outside, blood.inside)
    salts = salts if left is None else salts.shifted(1.0, left)  # bicarbonate left in cells
    strong = salts.chord(parts.chloride.gives(ions.chloride).E_Cl)
    weak = salts.chord(parts.chloride_weak.gives(ions.chloride_weak).E_Cl)
    return strong, parts.reading.phi * strong + (1.0 - parts.reading.phi) * weak


def soured(parts: Parts, ions: Ions, blood: Blood | None, ports: Ports) -> Ions:
    """Ions as they are felt: with the adenosine that acid blood sets free, and drugs at its receptors."""
    brake = ions.termination if blood is None else parts.termination.soured(ions.termination, blood.acid)
    return ions._replace(termination=parts.termination.bound(brake, ports.adenosine, ports.xanthine))


def withheld(parts: Parts, brain: Brain, world: World) -> share:
    """Background input that adenosine withholds from each patch, 0 while it seizes."""
    felt = soured(parts, brain.ions, world.blood, world.ports).termination
    return parts.termination.withheld(felt, parts.reading.activity(brain.smooth_rate))


def drive(parts: Parts, brain: Brain, world: World) -> Drive:
    """Slow states and drugs, as the fast layer feels them during one window."""
    receptors, ports, wiring = brain.receptors, world.ports, parts.wiring
    ions = soured(parts, brain.ions, world.blood, ports)
    burning = fire.effects(parts.fire, brain.tissue, world.remedies)
    fuel = parts.energy.fuel(ions.energy)
    glutamate, excitation = glutamate_left(parts, ions, ports), parts.injury.excitation_left(ions.injury)
    inhibition = parts.injury.inhibition_left(ions.injury)  # cells that died no longer drive, nor brake
    gaba_ports, pools = ports.gate(), receptors.gaba
    supply = parts.targets.gaba_supply(ports.turnover, ports.synthesis)
    synaptic = supply * parts.gaba.synaptic_gain(gaba_ports, pools.a1, pools.a2, pools.a5)  # fewer, less brake
    on_interneurons = supply * parts.gaba.synaptic_gain(gaba_ports, 1.0, 1.0, 1.0)  # these keep their receptors
    tonic = supply * parts.gaba.tonic_gain(gaba_ports) * pools.delta
    spoilt, acetylcholine = parts.milieu, world.spoilt * parts.milieu.acetylcholine_left(ports.muscarinic, ports.oxime)
    synaptic = synaptic * parts.targets.interneurons_left(ports.sodium)
    bias = (
        wiring.bias
        + world.insult  # the irritated tissue
        + parts.cations.potassium_current(ions.cations)  # raised potassium depolarises
        - parts.cations.pump_current(ions.cations, fuel)  # the pump pulls down
        - parts.targets.sodium_pull(ports.sodium)
        + burning.threshold  # inflamed cells sit nearer to firing
        + spoilt.depolarised(acetylcholine, world.spoilt * spoilt.swelling_left(ports.osmoles))  # poisoned or crowded
    )
    return Drive(
        g_ampa=wiring.w_ampa * glutamate * excitation * burning.ampa,  # sprouted fibres
        g_nmda=wiring.w_nmda
        * excitation
        * parts.targets.vesicles_left(ports.release)
        * parts.termination.release(ions.termination)
        * parts.patch.pore.strength(receptors.nmda)  # more receptors, a stuck accelerator
        * parts.patch.pore.plugged(spoilt.entry * ports.magnesium)  # as far as magnesium gets to them
        * burning.nmda,  # cytokines, glutamate that lingers, receptors that antibodies hold inside
        g_gaba=wiring.w_gaba * synaptic * inhibition,
        g_tonic=wiring.w_tonic * tonic,
        g_potassium=parts.leak.beside(  # channels that vapours open
            parts.termination.potassium_conductance(ions.termination)  # the terminators brake
            + parts.energy.potassium_conductance(ions.energy),  # and so does running out of ATP
            ports.k2p,
        ),
        g_ahp=wiring.w_ahp * spoilt.braked(acetylcholine),
        g_far=wiring.w_far * glutamate * excitation,
        g_EI=wiring.w_EI * glutamate * (1.0 - ions.injury.dead) * burning.interneurons,
        g_II=wiring.w_II * on_interneurons * inhibition,
        E_gaba=reversal(parts, ions, world.blood, drawn(parts, brain, ports))[1],  # chloride decides what a brake does
        bias_E=bias,
        bias_I=parts.cations.potassium_current(ions.cations) - parts.targets.sodium_pull(ports.sodium),
        noise=wiring.noise,
    )


def glutamate_left(parts: Parts, ions: Ions, ports: Ports) -> share:
    """AMPA conductance that drugs on release, axons and receptors leave, and adenosine on release."""
    drugged = parts.targets.glutamate_left(ports.release, ports.sodium, ports.ampa)
    return drugged * parts.termination.release(ions.termination)


def depth(parts: Parts, ions: Ions, ports: Ports, blood: Blood | None = None) -> ratio:
    """How far drugs and want of ATP hold the cortex down, as silence and its bursts feel it."""
    supply = parts.targets.gaba_supply(ports.turnover, ports.synthesis)
    held = supply * parts.gaba.held(ports.gate())
    glutamate = glutamate_left(parts, soured(parts, ions, blood, ports), ports)
    return parts.silence.depth(held, glutamate=glutamate, fuel=parts.energy.fuel(ions.energy))


def ion_rates(
    parts: Parts, ions: Ions, flux: Flux, *, active: share, supply: share, buffering: share = 1.0, room: share = 1.0
) -> Ions:
    """Rates of the ion clock while the window means `flux` hold.

    `buffering` is what astrocytes have left of theirs, `room` what swollen cells leave of the extracellular space.
    """
    fuel = parts.energy.fuel(ions.energy)
    V = flux.g_gaba_v / jnp.maximum(flux.g_gaba, 1e-9)  # mean V weighted by the conductance
    K_o, Na_i = ions.cations.K_o, ions.cations.Na_i
    needs = ChlorideNeeds(V=V, g_gaba=flux.g_gaba, K_o=K_o, Na_i=Na_i, activity=active)
    pump = parts.cations.work(ions.cations, fuel) - parts.cations.work(parts.cations.rest(), 1.0)
    return Ions(
        chloride=parts.chloride.rates(ions.chloride, needs),  # every open receptor lets chloride in
        chloride_weak=parts.chloride_weak.rates(ions.chloride_weak, needs),
        cations=parts.cations.rates(ions.cations, CationNeeds(flux.rate_E, fuel, buffering, room)),
        energy=parts.energy.rates(ions.energy, EnergyNeeds(pump=pump, rate=flux.rate_E, supply=supply)),
        termination=parts.termination.rates(ions.termination, TerminationNeeds(activity=active)),
        injury=parts.injury.rates(ions.injury, InjuryNeeds(nmda_current=flux.nmda)),
    )


def receptor_rates(
    parts: Parts, receptors: Receptors, *, active: share, blocker: ratio, push: ratio = 0.0, adapted=None
) -> Receptors:
    """Rates of the slow clock; `push` is what cytokines add to the internalisation of GABA-A receptors."""
    on = parts.tolerance
    taken, grown = (on.taken(adapted), on.grown(adapted)) if on and adapted else (None, None)
    return Receptors(
        gaba=parts.trafficking.rates(receptors.gaba, TraffickingNeeds(active, push, taken)),
        nmda=parts.patch.pore.rates(receptors.nmda, NMDANeeds(activity=active, blocker=blocker, grown=grown)),
    )


def tissue_rates(parts: Parts, tissue: Tissue, injury: InjuryState, *, active: share, world: World) -> Tissue:
    """Rates of the slow fire, on the slow clock; only where the part is on."""
    assert parts.fire is not None
    return fire.rates(
        parts.fire,
        tissue,
        active=active,  # seizing lights microglia and opens the barrier
        glutamate=parts.injury.work(injury),  # what NMDA receptors let in tells the pumps
        dead=injury.dead,  # debris of dead cells
        remedies=world.remedies or fire.UNTREATED,
    )
