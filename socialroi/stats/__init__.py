"""Numbers in, numbers out: intervals, survival, causal contrasts, sensitivity.

This room knows no file, no database and no screen. Every function that can fail to know answers
with an `Unknown` and its reason; a wrong call raises ValueError.

What to import, by question:

    causal.estimate                what did a treatment change, given the covariates? (one outcome)
    causal.Assignment              the same for many outcomes and populations: fit once, ask often
    causal.plain_difference        the same where treatment was randomised
    boosted.cross_fit              boosted trees instead of regressions, as `learner` of the above
    parts.group_effects            the effect within segments, under one simultaneous band
    doses.dose_response            a treatment in ordered categories, with its trend
    standardise.standardised_means group means with everybody's case mix
    comparisons.all_pairs          all pairs of such groups, without finding differences by their number
    hierarchy.hier_normal          groups of unequal size once luck is taken out; which one is best?
    funnel.share_limits            how far luck alone takes a group of a given size
    interrupted.interrupted_series did a weekly series step on a day? with its own memory
    survival.kaplan_meier          how long does it take? `survival.compared`: and in which arm less long?
    sensitivity.summary            how strong would something unseen have to be? `benchmark`: as what?
    power.smallest_effect          what could be seen? `people_needed`, `sample_ratio` before and after a test
    intervals                      shares, means, quantiles and their differences
"""
