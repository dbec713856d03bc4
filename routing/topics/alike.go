package topics

// usual is among how many messages a few are weighed: rare words of two or three are not known from them alone.
const usual = 50

// Alike tells how much each of some texts is like the first, 0 to 1, by the measure and the bounds of Duplicates; 0 where they are not about one matter. All are taken
// to be of the same fourteen days. places are their addresses, empty where there is none; the first text is like itself.
func Alike(texts, places []string) []float64 {
	given, all := make([]Message, len(texts)), make([]message, len(texts))
	for i := range texts {
		given[i] = Message{Text: texts[i], Address: places[i]}
		all[i] = read(given[i])
	}
	areaNames(all)
	v := weighAmong(all, max(usual, len(all)), 1)
	like := make([]float64, len(all))
	for i := range all {
		p := pair{a: 0, b: int32(i), like: min(cosine(v.rows[0], v.rows[i]), 1)}
		if i == 0 || v.same(p) || p.like >= likePlace && samePlace(given[0], given[i], all[0], all[i]) || p.like >= likeMatter && !otherPlace(all[0], all[i]) {
			like[i] = p.like
		}
	}
	return like
}
